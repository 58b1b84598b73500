// Two streams with a dependency between them, events with and without timing.
#include "check.cuh"

__global__ void scale(float* x, int n, float by) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] *= by;
}

int main() {
  const int n = 5000;
  static float host[n];
  for (int i = 0; i < n; ++i) host[i] = 1.0f;
  float* x;
  CHECK(cudaMalloc(&x, sizeof host));
  cudaStream_t first, second;
  CHECK(cudaStreamCreate(&first));
  CHECK(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
  cudaEvent_t start, done, plain;
  CHECK(cudaEventCreate(&start));
  CHECK(cudaEventCreate(&done));
  CHECK(cudaEventCreateWithFlags(&plain, cudaEventDisableTiming));
  CHECK(cudaEventRecord(start, first));
  CHECK(cudaMemcpyAsync(x, host, sizeof host, cudaMemcpyHostToDevice, first));
  scale<<<8, 128, 0, first>>>(x, n, 3.0f);
  CHECK(cudaEventRecord(plain, first));
  CHECK(cudaStreamWaitEvent(second, plain, 0));
  scale<<<8, 128, 0, second>>>(x, n, 2.0f);
  CHECK(cudaMemcpyAsync(host, x, sizeof host, cudaMemcpyDeviceToHost, second));
  CHECK(cudaStreamSynchronize(second));
  for (int i = 0; i < n; ++i) EXPECT(host[i] == 6.0f);
  CHECK(cudaEventRecord(done, second));
  CHECK(cudaEventSynchronize(done));
  CHECK(cudaEventQuery(done));
  CHECK(cudaStreamQuery(first));
  float ms = -1.0f;
  CHECK(cudaEventElapsedTime(&ms, start, done));
  EXPECT(ms > 0.0f && ms < 60000.0f);
  EXPECT_ERROR(cudaEventElapsedTime(&ms, start, plain), cudaErrorInvalidResourceHandle);
  cudaEvent_t never;
  CHECK(cudaEventCreate(&never));
  EXPECT_ERROR(cudaEventElapsedTime(&ms, start, never), cudaErrorInvalidResourceHandle);
  cudaGetLastError();
  for (cudaEvent_t event : {start, done, plain, never}) CHECK(cudaEventDestroy(event));
  CHECK(cudaStreamDestroy(first));
  CHECK(cudaStreamDestroy(second));
  CHECK(cudaFree(x));
  return pass();
}
