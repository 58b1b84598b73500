// The sum of 2²³ numbers by default: each block folds its numbers in shared memory, halving the threads that add at each step. Checks itself.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr int kThreads = 256;

__global__ void reduce_tree(int n, const float *in, float *sums) {
  __shared__ float part[kThreads];
  const int t = threadIdx.x, at = blockIdx.x * (2 * kThreads) + t;
  part[t] = (at < n ? in[at] : 0.f) + (at + kThreads < n ? in[at + kThreads] : 0.f);
  __syncthreads();
  for (int step = kThreads / 2; step > 0; step /= 2) {
    if (t < step) part[t] += part[t + step];
    __syncthreads();
  }
  if (t == 0) sums[blockIdx.x] = part[0];
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 1 << 23, blocks = (n + 2 * kThreads - 1) / (2 * kThreads);
  std::vector<float> in(n), sums(blocks, -1);
  for (int i = 0; i < n; ++i) in[i] = float(i % 13 - 6);  // small integers: exact
  float *din, *dsums;
  if (cudaMalloc(&din, sizeof(float) * n) || cudaMalloc(&dsums, sizeof(float) * blocks)) return std::puts("no device"), 2;
  cudaMemcpy(din, in.data(), sizeof(float) * n, cudaMemcpyHostToDevice);
  reduce_tree<<<blocks, kThreads>>>(n, din, dsums);
  const cudaError_t error = cudaMemcpy(sums.data(), dsums, sizeof(float) * blocks, cudaMemcpyDeviceToHost);
  if (error) return std::puts(cudaGetErrorString(error)), 2;
  double sum = 0, want = 0;
  for (float s : sums) sum += s;
  for (float x : in) want += x;
  if (sum != want) return std::printf("wrong: %g, not %g\n", sum, want), 1;
  cudaFree(din), cudaFree(dsums);
  return 0;
}
