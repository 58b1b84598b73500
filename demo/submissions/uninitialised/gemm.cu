// tiled GEMM with dynamic shared memory
#include "ck/check.cuh"
#include "ck/math.cuh"
#define T 16

__global__ void gemm(const float *A, const float *B, float *C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta) {
  extern __shared__ float tiles[];
  float *sa = tiles, *sb = tiles + T * T;
  int x = threadIdx.x, y = threadIdx.y;
  int row = blockIdx.y * T + y, col = blockIdx.x * T + x;
  float acc = 0;
  for (int k0 = 0; k0 < K; k0 += T) {
    if (row < M && k0 + x < K) sa[y * T + x] = A[(size_t)row * lda + k0 + x];
    if (col < N && k0 + y < K) sb[y * T + x] = B[(size_t)(k0 + y) * ldb + col];
    __syncthreads();
    for (int k = 0; k < T; k++) acc += sa[y * T + k] * sb[k * T + x];
    __syncthreads();
  }
  if (row < M && col < N) {
    float &c = C[(size_t)row * ldc + col];
    c = beta == 0 ? alpha * acc : alpha * acc + beta * c;
  }
}

extern "C" int ck_gemm(const float *A, const float *B, float *C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void *stream) {
  if (M == 0 || N == 0) return 0;
  dim3 blocks(ck::ceil_div(N, T), ck::ceil_div(M, T));
  gemm<<<blocks, dim3(T, T), 2 * T * T * sizeof(float), (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
