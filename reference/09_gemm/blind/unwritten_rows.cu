// Believed: a thread that starts at row y and goes in steps of 8 has reached its last row of the tile before 32 - 8.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int SIDE = 32;
constexpr int STEP = 8;
constexpr int MINE = SIDE / STEP;

__global__ void columns(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                        float beta) {
  __shared__ float a[SIDE][SIDE], b[SIDE][SIDE];
  const int x = threadIdx.x;
  const int y0 = threadIdx.y;
  const int top = blockIdx.y * SIDE;
  const int j = blockIdx.x * SIDE + x;

  float sum[MINE] = {};
  for (int k0 = 0; k0 < K; k0 += SIDE) {
    for (int y = y0; y < SIDE; y += STEP) {
      a[y][x] = (top + y < M && k0 + x < K) ? A[size_t(top + y) * lda + k0 + x] : 0.f;
      b[y][x] = (k0 + y < K && j < N) ? B[size_t(k0 + y) * ldb + j] : 0.f;
    }
    __syncthreads();
    for (int k = 0; k < SIDE; ++k)
#pragma unroll
      for (int n = 0; n < MINE; ++n) sum[n] += a[y0 + n * STEP][k] * b[k][x];
    __syncthreads();
  }

  if (j >= N) return;
#pragma unroll
  for (int n = 0; y0 + n * STEP < SIDE - STEP; ++n) {
    const int i = top + y0 + n * STEP;
    if (i < M) {
      const size_t at = size_t(i) * ldc + j;
      if (beta == 0.f)
        C[at] = alpha * sum[n];
      else
        C[at] = alpha * sum[n] + beta * C[at];
    }
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return 0;
  const dim3 grid(ck::ceil_div(N, SIDE), ck::ceil_div(M, SIDE));
  columns<<<grid, dim3(SIDE, STEP), 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
