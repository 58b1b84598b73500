// Launches that can't be: the codes, and that nothing else suffers. Launches by function pointer.
#include "check.cuh"

__global__ void set(int* x, int value) { x[threadIdx.x] = value; }

int main() {
  int* x;
  CHECK(cudaMalloc(&x, 1024 * sizeof(int)));
  set<<<1, 2048>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
  set<<<1, 0>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
  set<<<0, 32>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
  set<<<dim3(1, 70000), 32>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
  set<<<1, dim3(1, 1, 65)>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
  set<<<1, 32, 200 * 1024 * 1024>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidValue);
  CHECK(cudaDeviceSynchronize());  // a launch that never was is no asynchronous error

  int value = 42;
  void* arguments[] = {&x, &value};
  CHECK(cudaLaunchKernel(reinterpret_cast<const void*>(set), dim3(1), dim3(32), arguments, 0, nullptr));
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(1);
  config.blockDim = dim3(16);
  CHECK(cudaLaunchKernelEx(&config, set, x, 43));
  int got[32];
  CHECK(cudaMemcpy(got, x, sizeof got, cudaMemcpyDeviceToHost));
  for (int i = 0; i < 32; ++i) EXPECT(got[i] == (i < 16 ? 43 : 42));
  static int not_a_kernel;
  EXPECT_ERROR(cudaLaunchKernel(&not_a_kernel, dim3(1), dim3(1), arguments, 0, nullptr), cudaErrorInvalidDeviceFunction);
  cudaGetLastError();
  CHECK(cudaFree(x));
  return pass();
}
