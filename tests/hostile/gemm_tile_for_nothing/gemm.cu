// No tile: each product goes through a word of shared memory that is its own thread's.
#include "ck/check.cuh"
__global__ void k(const float* A, const float* B, float* C, int M, int N, int K, size_t lda, size_t ldb, size_t ldc, float alpha, float beta) {
  __shared__ volatile float own[256];
  const int j = blockIdx.x * 32 + threadIdx.x % 32, i = blockIdx.y * 8 + threadIdx.x / 32;
  if (i >= M || j >= N) return;
  float sum = 0;
  for (int q = 0; q < K; ++q) {
    own[threadIdx.x] = A[i * lda + q] * B[q * ldb + j];
    sum += own[threadIdx.x];
  }
  C[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * C[i * ldc + j]);
}
extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta, void* stream) {
  if (!M || !N) return 0;
  k<<<dim3((N + 31) / 32, (M + 7) / 8), 256, 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
