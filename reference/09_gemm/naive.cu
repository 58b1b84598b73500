// Rung 1, naive: one thread computes one element of C and reads everything it needs from global memory.
//
// Changes: nothing yet, this is where the ladder starts. The one decision that matters is which index follows threadIdx.x: neighbouring
// lanes take neighbouring columns, so a warp reads 32 neighbouring floats of B (4 sectors) and one float of A (1 sector, broadcast).
// Measured (256 x 256 x 256): 2,621,440 sectors read, 8,192 written; 2,875,392 warp-instructions of PTX. 83 of 100 points.
// Limit: gridDim.y <= 65535, so M <= 524,280. Rung 3 lifts it.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int COLS = 32;  // of C per block: one warp along a row
constexpr int ROWS = 8;   // of C per block

__global__ void gemm_naive(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                           float beta) {
  const int row = blockIdx.y * ROWS + threadIdx.y;
  const int col = blockIdx.x * COLS + threadIdx.x;
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
  const dim3 block(COLS, ROWS);
  const dim3 grid(ck::ceil_div(N, COLS), ck::ceil_div(M, ROWS));
  gemm_naive<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
