// A known-wrong solution (vectorised.cu with one mistake): only whole quadruples of C are stored.
#include <cstdint>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BM = 64, BN = 64;                // a block's tile of C
constexpr int BK = 16;                         // the slice of K that is staged at a time
constexpr int TM = 4, TN = 4;                  // a thread's elements of C: TN is a float4
constexpr int ROWS = BM / TM, COLS = BN / TN;  // the block as a grid of threads: 16 x 16
constexpr int THREADS = ROWS * COLS;
constexpr int PITCH = BM + 4;  // of A's transposed tile
static_assert(BM * BK == 4 * THREADS && BK * BN == 4 * THREADS, "each thread stages one float4 of A and one of B");

struct Vector {
  bool a, b, c;  // whether every row of the matrix begins at a multiple of 16 bytes
};

bool rows_aligned(const float* matrix, int ld) { return reinterpret_cast<std::uintptr_t>(matrix) % 16 == 0 && ld % 4 == 0; }

// Four neighbours of a row; zeros instead of those that lie outside: only `inside` of them (any number, also negative) exist.
__device__ float4 load4(const float* p, int inside, bool vector) {
  if (vector && inside >= 4) return *reinterpret_cast<const float4*>(p);
  return make_float4(inside > 0 ? p[0] : 0.0f, inside > 1 ? p[1] : 0.0f, inside > 2 ? p[2] : 0.0f, inside > 3 ? p[3] : 0.0f);
}

// The reverse, with C <- alpha * sum + beta * C.
__device__ void store4(float* p, int inside, bool vector, float alpha, const float (&sum)[4], float beta) {
  if (vector && inside >= 4) {
    float4 result = make_float4(alpha * sum[0], alpha * sum[1], alpha * sum[2], alpha * sum[3]);
    if (beta != 0.0f) {  // beta == 0: C may hold NaN, it isn't read
      const float4 old = *reinterpret_cast<const float4*>(p);
      result = make_float4(result.x + beta * old.x, result.y + beta * old.y, result.z + beta * old.z, result.w + beta * old.w);
    }
    *reinterpret_cast<float4*>(p) = result;
  } else {
    for (int j = 0; j < 4; ++j) {
      if (inside >= 4) p[j] = beta == 0.0f ? alpha * sum[j] : alpha * sum[j] + beta * p[j];
    }
  }
}

__global__ void __launch_bounds__(THREADS) gemm_vectorised(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb,
                                                           int ldc, float alpha, float beta, Vector vector, int tiles_per_row) {
  __shared__ __align__(16) float As[BK][PITCH];  // transposed: a slice of K x rows of C
  __shared__ __align__(16) float Bs[BK][BN];
  const int tx = threadIdx.x % COLS;
  const int ty = threadIdx.x / COLS;
  const int row0 = blockIdx.x / tiles_per_row * BM;
  const int col0 = blockIdx.x % tiles_per_row * BN;
  const int a_row = threadIdx.x / 2 % BM, a_k = threadIdx.x / (2 * BM) * 8 + threadIdx.x % 2 * 4;
  const int b_k = ty, b_col = tx * 4;

  float sum[TM][TN] = {};
  for (int k0 = 0; k0 < K; k0 += BK) {
    const float4 a4 = load4(A + size_t(row0 + a_row) * lda + k0 + a_k, row0 + a_row < M ? K - k0 - a_k : 0, vector.a);
    const float4 b4 = load4(B + size_t(k0 + b_k) * ldb + col0 + b_col, k0 + b_k < K ? N - col0 - b_col : 0, vector.b);
    As[a_k + 0][a_row] = a4.x;
    As[a_k + 1][a_row] = a4.y;
    As[a_k + 2][a_row] = a4.z;
    As[a_k + 3][a_row] = a4.w;
    *reinterpret_cast<float4*>(&Bs[b_k][b_col]) = b4;
    __syncthreads();  // wait: other threads still write this tile

    for (int k = 0; k < BK; ++k) {
      const float4 a = *reinterpret_cast<const float4*>(&As[k][ty * TM]);
      const float4 b = *reinterpret_cast<const float4*>(&Bs[k][tx * TN]);
      const float rows[TM] = {a.x, a.y, a.z, a.w}, cols[TN] = {b.x, b.y, b.z, b.w};
      for (int i = 0; i < TM; ++i) {
        for (int j = 0; j < TN; ++j) sum[i][j] += rows[i] * cols[j];
      }
    }
    __syncthreads();  // wait: slower threads still read this tile
  }

  const int col = col0 + tx * TN;
  for (int i = 0; i < TM; ++i) {
    const int row = row0 + ty * TM + i;
    if (row < M) store4(C + size_t(row) * ldc + col, N - col, vector.c, alpha, sum[i], beta);
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;  // an empty grid can't be launched
  const Vector vector{rows_aligned(A, lda), rows_aligned(B, ldb), rows_aligned(C, ldc)};
  const int tiles_per_row = ck::ceil_div(N, BN);
  const unsigned tiles = unsigned(tiles_per_row) * ck::ceil_div(M, BM);
  gemm_vectorised<<<tiles, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta, vector,
                                                                            tiles_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
