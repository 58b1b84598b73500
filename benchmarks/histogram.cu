// How often each of 256 values occurs among 2²² bytes by default: counted in shared memory by each block, then added up. Checks itself.
#include "bench.cuh"

constexpr int kThreads = 256, kBins = 256, kEach = 16;  // bytes a thread

__global__ void histogram(int n, const unsigned char *in, unsigned *counts) {
  __shared__ unsigned mine[kBins];
  const int t = threadIdx.x;
  mine[t] = 0;
  __syncthreads();
  for (int i = 0, at = blockIdx.x * (kThreads * kEach) + t; i < kEach && at < n; ++i, at += kThreads) atomicAdd(&mine[in[at]], 1u);
  __syncthreads();
  if (mine[t]) atomicAdd(&counts[t], mine[t]);
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 22), blocks = (n + kThreads * kEach - 1) / (kThreads * kEach);
  std::vector<unsigned char> in(n);
  std::vector<unsigned> want(kBins);
  for (int i = 0; i < n; ++i) ++want[in[i] = static_cast<unsigned char>(i * 2654435761u >> 24)];
  Buffer<unsigned char> din(in);
  Buffer<unsigned> dcounts(std::vector<unsigned>(kBins, 0));
  histogram<<<blocks, kThreads>>>(n, din.data, dcounts.data);
  ok(cudaGetLastError());
  return compare(dcounts.get(), want);
}
