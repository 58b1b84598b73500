// Several host threads use the device at once.
#include <thread>
#include <vector>
#include "check.cuh"

__global__ void fill(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;
}

static void work(int id) {
  const int n = 20000;  // 80 KB: through the staging pages
  std::vector<int> host(n);
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  for (int round = 0; round < 5; ++round) {
    int* x;
    CHECK(cudaMalloc(&x, n * sizeof(int)));
    fill<<<(n + 255) / 256, 256, 0, stream>>>(x, n, 100 * id + round);
    CHECK(cudaGetLastError());
    CHECK(cudaMemcpyAsync(host.data(), x, n * sizeof(int), cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    for (int value : host) EXPECT(value == 100 * id + round);
    CHECK(cudaFree(x));
  }
  CHECK(cudaStreamDestroy(stream));
}

int main() {
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) threads.emplace_back(work, id);
  for (std::thread& thread : threads) thread.join();
  return pass();
}
