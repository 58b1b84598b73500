// Records the event that the other stream waits for before the kernel is launched.
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

__global__ void slots(const float* __restrict__ x, float* __restrict__ partial, int n) {
  float a = 0.f;
  for (long long i = blockIdx.x * kWidth + threadIdx.x; i < n; i += kSlots * kWidth) a = fmaf(x[i], x[i], a);
  a = block_total<kWidth>(a);
  if (!threadIdx.x) partial[blockIdx.x] = a;
}

__global__ void total(const float* __restrict__ partial, float* __restrict__ result, int n) {
  const float a = block_total<kSlots>(partial[threadIdx.x]);
  if (!threadIdx.x) *result = n ? a / n : 0.f;
}

}  // namespace

extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  cudaStream_t side;
  cudaEvent_t begin, end;
  CK_CHECK(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking));
  CK_CHECK(cudaEventCreateWithFlags(&begin, cudaEventDisableTiming));
  CK_CHECK(cudaEventCreateWithFlags(&end, cudaEventDisableTiming));
  CK_CHECK(cudaEventRecord(begin, s));
  CK_CHECK(cudaStreamWaitEvent(side, begin, 0));
  CK_CHECK(cudaEventRecord(end, side));
  slots<<<kSlots, kWidth, 0, side>>>(x, partial, n);
  CK_CHECK_LAUNCH();
  CK_CHECK(cudaStreamWaitEvent(s, end, 0));
  total<<<1, kSlots, 0, s>>>(partial, result, n);
  CK_CHECK_LAUNCH();
  CK_CHECK(cudaEventDestroy(begin));
  CK_CHECK(cudaEventDestroy(end));
  CK_CHECK(cudaStreamDestroy(side));
  return cudaSuccess;
}
