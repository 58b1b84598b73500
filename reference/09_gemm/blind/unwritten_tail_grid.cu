// Believed: the number of tiles is the size divided by the tile, and at least one.
#include "ck/check.cuh"
#include "ck/math.cuh"

#define TS 16

__global__ static void matmul(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                              float beta) {
  __shared__ float sa[TS * TS];
  __shared__ float sb[TS * TS];
  int i = blockIdx.y * TS + threadIdx.y;
  int j = blockIdx.x * TS + threadIdx.x;
  int me = threadIdx.y * TS + threadIdx.x;
  float v = 0;
  int nslices = ck::ceil_div(K, TS);
  for (int s = 0; s < nslices; s++) {
    int ka = s * TS + threadIdx.x;
    int kb = s * TS + threadIdx.y;
    if (i < M && ka < K)
      sa[me] = A[(size_t)i * lda + ka];
    else
      sa[me] = 0;
    if (j < N && kb < K)
      sb[me] = B[(size_t)kb * ldb + j];
    else
      sb[me] = 0;
    __syncthreads();
    for (int q = 0; q < TS; q++) v += sa[threadIdx.y * TS + q] * sb[q * TS + threadIdx.x];
    __syncthreads();
  }
  if (i < M && j < N) {
    size_t o = (size_t)i * ldc + j;
    C[o] = beta == 0 ? alpha * v : alpha * v + beta * C[o];
  }
}

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return 0;
  int tilesX = N / TS > 0 ? N / TS : 1;
  int tilesY = M / TS > 0 ? M / TS : 1;
  matmul<<<dim3(tilesX, tilesY), dim3(TS, TS), 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
