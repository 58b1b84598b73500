// Managed memory and a __managed__ variable: host and kernel see each other's writes.
#include "check.cuh"

__managed__ int total = 7;

__global__ void sum(const int* values, int n) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) atomicAdd(&total, values[i]);
}

__global__ void square(int* values, int n) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) values[i] *= values[i];
}

int main() {
  const int n = 1000;
  int* values;
  CHECK(cudaMallocManaged(&values, n * sizeof(int)));
  for (int i = 0; i < n; ++i) values[i] = i % 10;
  square<<<1, 64>>>(values, n);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < n; ++i) EXPECT(values[i] == (i % 10) * (i % 10));
  EXPECT(total == 7);
  total = 100;
  sum<<<1, 64>>>(values, n);
  CHECK(cudaDeviceSynchronize());
  EXPECT(total == 100 + 285 * 100);
  cudaPointerAttributes attributes;
  CHECK(cudaPointerGetAttributes(&attributes, values));
  EXPECT(attributes.type == cudaMemoryTypeManaged && attributes.devicePointer == values && attributes.hostPointer == values);
  CHECK(cudaFree(values));
  return pass();
}
