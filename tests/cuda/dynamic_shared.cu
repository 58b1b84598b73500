// extern __shared__: 4 KiB by the launch, then more than 48 KiB by cudaFuncSetAttribute.
#include "check.cuh"

__global__ void reverse(int* data, int n) {
  extern __shared__ int tile[];
  for (int i = threadIdx.x; i < n; i += blockDim.x) tile[i] = data[i];
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) data[i] = tile[n - 1 - i];
}

static void run(int n) {
  int* data;
  int* host = new int[n];
  for (int i = 0; i < n; ++i) host[i] = i;
  CHECK(cudaMalloc(&data, n * sizeof(int)));
  CHECK(cudaMemcpy(data, host, n * sizeof(int), cudaMemcpyHostToDevice));
  reverse<<<1, 128, n * sizeof(int)>>>(data, n);
  CHECK(cudaGetLastError());
  CHECK(cudaMemcpy(host, data, n * sizeof(int), cudaMemcpyDeviceToHost));
  for (int i = 0; i < n; ++i) EXPECT(host[i] == n - 1 - i);
  CHECK(cudaFree(data));
  delete[] host;
}

int main() {
  run(1024);
  const int large = 60 * 1024 / sizeof(int);
  reverse<<<1, 128, large * sizeof(int)>>>(nullptr, 0);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidValue);
  CHECK(cudaFuncSetAttribute(reverse, cudaFuncAttributeMaxDynamicSharedMemorySize, large * sizeof(int)));
  run(large);
  EXPECT_ERROR(cudaFuncSetAttribute(reverse, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 20), cudaErrorInvalidValue);
  cudaGetLastError();
  return pass();
}
