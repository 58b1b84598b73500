// Believed: if the first of a thread's four rows exists, so do the other three.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BM = 32;
constexpr int BN = 32;
constexpr int BK = 32;
constexpr int R = 4;

// An element of a matrix, or zero if there is no such element.
__device__ float at(const float* p, int i, int j, int rows, int cols, int ld) {
  return i < rows && j < cols ? p[(size_t)i * ld + j] : 0.0f;
}

__global__ void gemm4(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta) {
  __shared__ float As[BM][BK];
  __shared__ float Bs[BK][BN];
  const int tx = threadIdx.x;
  const int ty = threadIdx.y * R;
  const int row = blockIdx.y * BM + ty;
  const int col = blockIdx.x * BN + tx;

  float acc[R] = {};
  for (int k0 = 0; k0 < K; k0 += BK) {
    for (int r = 0; r < R; ++r) {
      As[ty + r][tx] = at(A, row + r, k0 + tx, M, K, lda);
      Bs[ty + r][tx] = at(B, k0 + ty + r, col, K, N, ldb);
    }
    __syncthreads();
    for (int k = 0; k < BK; ++k) {
      const float b = Bs[k][tx];
      for (int r = 0; r < R; ++r) acc[r] += As[ty + r][k] * b;
    }
    __syncthreads();
  }

  if (row < M && col < N) {
    for (int r = 0; r < R; ++r) {
      const float old = beta == 0.0f ? 0.0f : beta * at(C, row + r, col, M, N, ldc);
      C[(size_t)(row + r) * ldc + col] = alpha * acc[r] + old;
    }
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  dim3 block(BN, BM / R);
  dim3 grid(ck::ceil_div(N, BN), ck::ceil_div(M, BM));
  gemm4<<<grid, block, 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
