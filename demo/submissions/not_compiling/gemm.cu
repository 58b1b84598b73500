#include "ck/check.cuh"

__global__ void gemm(const float *A, const float *B, float *C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta) {
  int col = blockIdx.x * blockDim.x + threadIdx.x;
  int row = blockIdx.y * blockDim.y + threadIdx.y;
  if (row >= M || col >= N) return;
  float acc = 0;
  for (int k = 0; k < K; k++) acc += A[row * lda + k] * B[k * ldb + col];
  C[row * ldc + col] = alpha * sum + beta * C[row * ldc + col];
}

extern "C" int ck_gemm(const float *A, const float *B, float *C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void *stream) {
  gemm<<<dim3((N + 15) / 16, (M + 15) / 16), dim3(16, 16), 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
