// One launch, the last block adds up; thinks that an atomic counter alone makes the partial sums of others visible.
#include "ck/check.cuh"

namespace {

constexpr int kSlots = 64, kWidth = 128;

template <int N>
__device__ float block_total(float v) {
  __shared__ float s[N];
  const int t = threadIdx.x;
  s[t] = v;
  __syncthreads();
#pragma unroll
  for (int k = N / 2; k >= 1; k >>= 1) {
    if (t < k) s[t] += s[t + k];
    __syncthreads();
  }
  return s[0];
}

__device__ unsigned arrived = 0;

__global__ void all_at_once(const float* __restrict__ x, float* __restrict__ result, float* partial, int n) {
  __shared__ bool last;
  float a = 0.f;
  for (long long i = blockIdx.x * kWidth + threadIdx.x; i < n; i += kSlots * kWidth) a = fmaf(x[i], x[i], a);
  a = block_total<kWidth>(a);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = a;
    last = atomicInc(&arrived, kSlots - 1) == kSlots - 1;
  }
  __syncthreads();
  if (!last) return;
  a = block_total<kWidth>(threadIdx.x < kSlots ? partial[threadIdx.x] : 0.f);
  if (threadIdx.x == 0) *result = n ? a / n : 0.f;
}

}  // namespace

extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
  all_at_once<<<kSlots, kWidth, 0, static_cast<cudaStream_t>(stream)>>>(x, result, partial, n);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
