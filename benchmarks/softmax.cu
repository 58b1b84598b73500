// The softmax of each row of a 1024×1024 matrix by default: a block a row, its maximum and its sum folded by shuffles. Checks itself.
#include <cmath>

#include "bench.cuh"

constexpr int kThreads = 128, kWarps = kThreads / 32;

struct Larger {
  __device__ float operator()(float a, float b) const { return fmaxf(a, b); }
};
struct Sum {
  __device__ float operator()(float a, float b) const { return a + b; }
};

// Folds a number of every thread of the block; all of them get the result.
template <class Fold>
__device__ float block_fold(float x, Fold fold) {
  __shared__ float of_warp[kWarps];
  for (int step = 16; step > 0; step /= 2) x = fold(x, __shfl_xor_sync(0xffffffff, x, step));
  __syncthreads();  // wait: slower threads still read the last call's results
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = x;
  __syncthreads();
  x = of_warp[0];
  for (int i = 1; i < kWarps; ++i) x = fold(x, of_warp[i]);
  return x;
}

__global__ void softmax(int n, const float *in, float *out) {
  const float *row = in + size_t(blockIdx.x) * n;
  float largest = -INFINITY, sum = 0;
  for (int i = threadIdx.x; i < n; i += kThreads) largest = fmaxf(largest, row[i]);
  largest = block_fold(largest, Larger());
  for (int i = threadIdx.x; i < n; i += kThreads) sum += expf(row[i] - largest);
  sum = block_fold(sum, Sum());
  for (int i = threadIdx.x; i < n; i += kThreads) out[size_t(blockIdx.x) * n + i] = expf(row[i] - largest) / sum;
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024);
  std::vector<float> in(size_t(n) * n), want(in.size());
  for (size_t i = 0; i < in.size(); ++i) in[i] = float(i * 7 % 23) / 4;
  for (int row = 0; row < n; ++row) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += std::exp(double(in[size_t(row) * n + i]));
    for (int i = 0; i < n; ++i) want[size_t(row) * n + i] = float(std::exp(double(in[size_t(row) * n + i])) / sum);
  }
  Buffer<float> din(in), dout(in.size());
  softmax<<<n, kThreads>>>(n, din.data, dout.data);
  ok(cudaGetLastError());
  return compare(dout.get(), want, 1e-5);
}
