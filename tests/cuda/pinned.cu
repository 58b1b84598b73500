// Pinned host memory: as a copy's source, and mapped into the device's address space (zero-copy).
#include "check.cuh"

__global__ void increment(int* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] += 1;
}

int main() {
  const int n = 3000;
  int* pinned;
  CHECK(cudaMallocHost(&pinned, n * sizeof(int)));
  for (int i = 0; i < n; ++i) pinned[i] = i;
  int* device;
  CHECK(cudaMalloc(&device, n * sizeof(int)));
  CHECK(cudaMemcpyAsync(device, pinned, n * sizeof(int), cudaMemcpyHostToDevice));
  increment<<<(n + 127) / 128, 128>>>(device, n);
  CHECK(cudaMemcpy(pinned, device, n * sizeof(int), cudaMemcpyDeviceToHost));
  for (int i = 0; i < n; ++i) EXPECT(pinned[i] == i + 1);

  int *mapped, *seen;
  CHECK(cudaHostAlloc(&mapped, n * sizeof(int), cudaHostAllocMapped));
  CHECK(cudaHostGetDevicePointer(&seen, mapped, 0));
  for (int i = 0; i < n; ++i) mapped[i] = 10 * i;
  increment<<<(n + 127) / 128, 128>>>(seen, n);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < n; ++i) EXPECT(mapped[i] == 10 * i + 1);

  cudaPointerAttributes attributes;
  CHECK(cudaPointerGetAttributes(&attributes, mapped));
  EXPECT(attributes.type == cudaMemoryTypeHost);
  CHECK(cudaPointerGetAttributes(&attributes, device));
  EXPECT(attributes.type == cudaMemoryTypeDevice);
  CHECK(cudaFreeHost(pinned));
  CHECK(cudaFreeHost(mapped));
  CHECK(cudaFree(device));
  return pass();
}
