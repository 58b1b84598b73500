// A known-wrong solution (tiled.cu with one mistake): elements outside of C are stored as well.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int TILE = 16;  // a block is TILE x TILE threads and computes TILE x TILE elements of C

__global__ void gemm_tiled(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha,
                           float beta, int tiles_per_row) {
  __shared__ float As[TILE][TILE];  // rows of C x a slice of K
  __shared__ float Bs[TILE][TILE];  // a slice of K x columns of C
  const int tx = threadIdx.x;
  const int ty = threadIdx.y;
  const int row = blockIdx.x / tiles_per_row * TILE + ty;
  const int col = blockIdx.x % tiles_per_row * TILE + tx;

  float sum = 0.0f;
  for (int k0 = 0; k0 < K; k0 += TILE) {
    // Every thread takes part, those outside of C too: zeros in the tiles' margins change no sum.
    As[ty][tx] = row < M && k0 + tx < K ? A[size_t(row) * lda + k0 + tx] : 0.0f;
    Bs[ty][tx] = k0 + ty < K && col < N ? B[size_t(k0 + ty) * ldb + col] : 0.0f;
    __syncthreads();  // wait: other threads still write this tile

    for (int k = 0; k < TILE; ++k) sum += As[ty][k] * Bs[k][tx];
    __syncthreads();  // wait: slower threads still read this tile
  }

  {
    float result = alpha * sum;
    float* c = C + size_t(row) * ldc + col;
    if (beta != 0.0f) result += beta * *c;  // beta == 0: C may hold NaN, it isn't read
    *c = result;
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;  // an empty grid can't be launched
  const int tiles_per_row = ck::ceil_div(N, TILE);
  const dim3 block(TILE, TILE);
  const unsigned grid = unsigned(tiles_per_row) * ck::ceil_div(M, TILE);
  gemm_tiled<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta, tiles_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
