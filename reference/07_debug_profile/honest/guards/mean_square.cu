// A correct solution in another style: all partial sums start as zeros, on the launcher's own stream.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int kThreads = 256;
constexpr int kBlocks = 64;  // at most: each leaves one number in `partial`

// values[0] <- the sum of values[0..count); count is a power of two, and every thread of the block comes here.
__device__ void add_up(float* values, int count) {
  for (int half = count / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) values[threadIdx.x] += values[threadIdx.x + half];
  }
}

// partial[b] <- the sum of the squares that block b meets.
__global__ void square_sums(const float* x, float* partial, int n) {
  __shared__ float sums[kThreads];
  float sum = 0.0f;
  for (int i = blockIdx.x * kThreads + threadIdx.x; i < n; i += gridDim.x * kThreads) sum += x[i] * x[i];
  sums[threadIdx.x] = sum;
  add_up(sums, kThreads);
  if (threadIdx.x == 0) partial[blockIdx.x] = sums[0];
}

// result[0] <- the sum of all partial sums, divided by n. One block of kBlocks threads.
__global__ void finish(const float* partial, float* result, int n) {
  __shared__ float sums[kBlocks];
  sums[threadIdx.x] = partial[threadIdx.x];
  add_up(sums, kBlocks);
  if (threadIdx.x == 0) result[0] = n > 0 ? sums[0] / n : 0.0f;
}

}  // namespace

extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const int wanted = ck::ceil_div(n, kThreads);
  const int blocks = wanted < kBlocks ? wanted : kBlocks;
  CK_CHECK(cudaMemsetAsync(partial, 0, kBlocks * sizeof(float), on));
  if (blocks > 0) {
    square_sums<<<blocks, kThreads, 0, on>>>(x, partial, n);
    CK_CHECK_LAUNCH();
  }
  finish<<<1, kBlocks, 0, on>>>(partial, result, n);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
