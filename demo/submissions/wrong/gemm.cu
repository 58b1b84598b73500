// tiled GEMM
#include "ck/check.cuh"
#include "ck/math.cuh"
const int T = 16;

__global__ void gemm(const float *A, const float *B, float *C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta) {
  __shared__ float sa[T][T], sb[T][T];
  int x = threadIdx.x, y = threadIdx.y;
  int row = blockIdx.y * T + y, col = blockIdx.x * T + x;
  int tiles = K / T;
  float acc = 0;
  for (int t = 0; t < tiles; t++) {
    sa[y][x] = row < M ? A[(size_t)row * lda + t * T + x] : 0;
    sb[y][x] = col < N ? B[(size_t)(t * T + y) * ldb + col] : 0;
    __syncthreads();
    for (int k = 0; k < T; k++) acc += sa[y][k] * sb[k][x];
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
  gemm<<<dim3(ck::ceil_div(N, T), ck::ceil_div(M, T)), dim3(T, T), 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
