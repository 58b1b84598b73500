// Stream-ordered allocation.
#include "check.cuh"

__global__ void set(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;
}

int main() {
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  for (int round = 0; round < 4; ++round) {
    const int n = 1000 * (round + 1);
    int* x;
    CHECK(cudaMallocAsync(&x, n * sizeof(int), stream));
    set<<<(n + 255) / 256, 256, 0, stream>>>(x, n, round);
    int first = -1, last = -1;
    CHECK(cudaMemcpyAsync(&first, x, sizeof first, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaMemcpyAsync(&last, x + n - 1, sizeof last, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaFreeAsync(x, stream));
    CHECK(cudaStreamSynchronize(stream));
    EXPECT(first == round && last == round);
  }
  CHECK(cudaStreamDestroy(stream));
  return pass();
}
