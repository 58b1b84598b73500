#include "ck/check.cuh"
__global__ void k(const float* x, const float* c, float* y, int N, int K, int D, float limit) {
  for (long long r = blockIdx.x * (long long)blockDim.x + threadIdx.x; r < (long long)N * K; r += (long long)gridDim.x * blockDim.x) {
    float s = 0;
    for (int d = 0; d < D; d++) s += (x[r / K * D + d] - c[r % K * D + d]) * (x[r / K * D + d] - c[r % K * D + d]);
    y[r] = s >= limit ? limit : s;
  }
}
extern "C" int ck_clipped_distance(const float* x, const float* c, float* y, int N, int K, int D, float limit, void* stream) {
  if (!(limit > 0)) return cudaErrorInvalidValue;
  k<<<64, 128, 0, (cudaStream_t)stream>>>(x, c, y, N, K, D, limit);
  CK_CHECK_LAUNCH();
  return 0;
}
