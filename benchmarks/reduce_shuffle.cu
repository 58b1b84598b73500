// The sum of 2²³ numbers by default: each warp folds its numbers in registers, then one warp folds the warps' sums. Checks itself.
#include "bench.cuh"

constexpr int kThreads = 256, kEach = 4;  // numbers that a thread adds up by itself

__device__ float warp_sum(float x) {
  for (int step = 16; step > 0; step /= 2) x += __shfl_down_sync(0xffffffff, x, step);
  return x;  // lane 0 has it
}

__global__ void reduce_shuffle(int n, const float *in, float *sums) {
  __shared__ float of_warp[kThreads / 32];
  const int t = threadIdx.x, first = blockIdx.x * (kThreads * kEach) + t;
  float x = 0;
  for (int i = 0; i < kEach; ++i)
    if (first + i * kThreads < n) x += in[first + i * kThreads];
  x = warp_sum(x);
  if (t % 32 == 0) of_warp[t / 32] = x;
  __syncthreads();
  if (t < 32) {
    x = warp_sum(t < kThreads / 32 ? of_warp[t] : 0.f);
    if (t == 0) sums[blockIdx.x] = x;
  }
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 23), blocks = (n + kThreads * kEach - 1) / (kThreads * kEach);
  std::vector<float> in(n);
  for (int i = 0; i < n; ++i) in[i] = float(i % 13 - 6);  // small integers: exact
  Buffer<float> din(in), dsums(blocks);
  reduce_shuffle<<<blocks, kThreads>>>(n, din.data, dsums.data);
  ok(cudaGetLastError());
  double sum = 0, want = 0;
  for (float s : dsums.get()) sum += s;
  for (float x : in) want += x;
  return compare<double>({sum}, {want});
}
