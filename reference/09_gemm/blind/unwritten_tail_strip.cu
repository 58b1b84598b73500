// Believed: to be safe, a thread may store its eight rows only if the last of them exists as well.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BM = 32, BN = 32, BK = 16;
constexpr int ROWS = 8;                      // consecutive rows of C per thread
constexpr int THREADS_Y = BM / ROWS;         // 4
constexpr int THREADS = BN * THREADS_Y;      // 128

__global__ void gemm_rows(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                          float beta) {
  __shared__ float As[BM][BK + 1];
  __shared__ float Bs[BK][BN];

  const int tid = threadIdx.y * BN + threadIdx.x;
  const int row0 = blockIdx.y * BM;
  const int col0 = blockIdx.x * BN;
  const int myRow = row0 + threadIdx.y * ROWS;
  const int myCol = col0 + threadIdx.x;

  float acc[ROWS];
  for (int r = 0; r < ROWS; ++r) acc[r] = 0.0f;

  for (int k0 = 0; k0 < K; k0 += BK) {
    for (int e = tid; e < BM * BK; e += THREADS) {
      const int r = e / BK, k = e % BK;
      As[r][k] = (row0 + r < M && k0 + k < K) ? A[size_t(row0 + r) * lda + (k0 + k)] : 0.0f;
    }
    for (int e = tid; e < BK * BN; e += THREADS) {
      const int k = e / BN, c = e % BN;
      Bs[k][c] = (k0 + k < K && col0 + c < N) ? B[size_t(k0 + k) * ldb + (col0 + c)] : 0.0f;
    }
    __syncthreads();
    for (int k = 0; k < BK; ++k) {
      const float b = Bs[k][threadIdx.x];
#pragma unroll
      for (int r = 0; r < ROWS; ++r) acc[r] += As[threadIdx.y * ROWS + r][k] * b;
    }
    __syncthreads();
  }

  if (myCol < N && myRow + ROWS - 1 < M) {
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      float* dst = &C[size_t(myRow + r) * ldc + myCol];
      *dst = (beta == 0.0f) ? alpha * acc[r] : alpha * acc[r] + beta * (*dst);
    }
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  dim3 grid(ck::ceil_div(N, BN), ck::ceil_div(M, BM));
  gemm_rows<<<grid, dim3(BN, THREADS_Y), 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
