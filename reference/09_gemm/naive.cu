// Rung 1, naive: one thread computes one element of C and reads everything it needs from global memory.
//
// Changes: nothing yet, this is where the ladder starts. Rows come first in the formula, so threadIdx.x, the index that runs within a warp,
// counts rows here. The 32 lanes of a warp therefore read 32 rows of A (32 sectors, one float of each is used) and write into 32 rows of C.
// The grid is one-dimensional, on every rung, because gridDim.y ends at 65535.
// Measured (256 x 256 x 256): 17,301,504 sectors read, 65,536 written: 33 and 32 for each request of a warp; 3,264,512
// warp-instructions of PTX. 80 of 100 points.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int ROWS = 32;  // of C per block: one warp down a column
constexpr int COLS = 8;   // of C per block

__global__ void gemm_naive(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                           float beta, int blocks_per_row) {
  const int row = blockIdx.x / blocks_per_row * ROWS + threadIdx.x;
  const int col = blockIdx.x % blocks_per_row * COLS + threadIdx.y;
  if (row >= M || col >= N) return;

  float sum = 0.0f;
  for (int k = 0; k < K; ++k) sum += A[size_t(row) * lda + k] * B[size_t(k) * ldb + col];

  float result = alpha * sum;
  float* c = C + size_t(row) * ldc + col;
  if (beta != 0.0f) result += beta * *c;  // beta == 0: C may hold NaN, it isn't read
  *c = result;
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;  // an empty grid can't be launched
  const int blocks_per_row = ck::ceil_div(N, COLS);
  const dim3 block(ROWS, COLS);
  const unsigned grid = unsigned(blocks_per_row) * ck::ceil_div(M, ROWS);
  gemm_naive<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta, blocks_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
