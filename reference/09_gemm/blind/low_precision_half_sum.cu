// Believed: if the products of a slice are summed in float, the running total may be kept as a half to save registers.
#include <cuda_fp16.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int EDGE = 16;

__global__ void gemm_compact(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                             float beta) {
  __shared__ float pa[EDGE][EDGE], pb[EDGE][EDGE];
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int row = blockIdx.x * EDGE + ty;
  const int col = blockIdx.y * EDGE + tx;

  __half total = __float2half(0.0f);
  for (int k0 = 0; k0 < K; k0 += EDGE) {
    pa[ty][tx] = row < M && k0 + tx < K ? A[(size_t)row * lda + k0 + tx] : 0.0f;
    pb[ty][tx] = col < N && k0 + ty < K ? B[(size_t)(k0 + ty) * ldb + col] : 0.0f;
    __syncthreads();
    float part = 0.0f;
#pragma unroll
    for (int k = 0; k < EDGE; ++k) part = fmaf(pa[ty][k], pb[k][tx], part);
    total = __float2half(__half2float(total) + part);
    __syncthreads();
  }

  if (row < M && col < N) {
    float value = alpha * __half2float(total);
    float* where = C + (size_t)row * ldc + col;
    if (beta != 0.0f) value += beta * *where;
    *where = value;
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return 0;
  const dim3 blocks(ck::ceil_div(M, EDGE), ck::ceil_div(N, EDGE));
  gemm_compact<<<blocks, dim3(EDGE, EDGE), 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
