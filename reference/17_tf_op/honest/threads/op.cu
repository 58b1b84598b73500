// Another style: a warp for each result, whose lanes walk along the rows together.
#include "ck/check.cuh"

static __global__ void warp_for_each(const float* x, const float* centers, float* y, long long results, int K, int D, float limit) {
  const long long result = (blockIdx.x * (long long)blockDim.x + threadIdx.x) / 32;
  if (result >= results) return;  // whole warps leave together
  const float *a = x + result / K * D, *b = centers + result % K * D;
  float sum = 0.0f;
  for (int d = threadIdx.x % 32; d < D; d += 32) {
    const float e = a[d] - b[d];
    sum = fmaf(e, e, sum);
  }
  for (int step = 16; step; step >>= 1) sum += __shfl_down_sync(~0u, sum, step);
  if (threadIdx.x % 32 == 0) y[result] = sum < limit || sum != sum ? sum : limit;
}

extern "C" int ck_clipped_distance(const float* x, const float* centers, float* y, int N, int K, int D, float limit, void* stream) {
  if (!(limit > 0)) return cudaErrorInvalidValue;
  const long long results = (long long)N * K, blocks = (results + 3) / 4;
  if (results == 0) return 0;
  warp_for_each<<<(unsigned)blocks, 128, 0, (cudaStream_t)stream>>>(x, centers, y, results, K, D, limit);
  return cudaGetLastError();
}
