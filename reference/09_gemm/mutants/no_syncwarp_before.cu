// A known-wrong solution (warp_tiled.cu with one mistake): no lane waits until the others have written their results.
#include <cstdint>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BM = 128, BN = 128;            // a block's tile of C
constexpr int BK = 8;                        // the slice of K that is staged at a time
constexpr int WM = 32, WN = 64;              // a warp's tile of C
constexpr int LANE_ROWS = 4, LANE_COLS = 8;  // the warp as a grid of lanes
constexpr int TM = 4, TN = 4;                // a piece of a thread: TN is a float4
constexpr int PM = LANE_ROWS * TM, PN = 32;  // the same piece of all lanes: 16 x 32
constexpr int PIECES_M = WM / PM, PIECES_N = WN / PN;
constexpr int WARPS = BM / WM * (BN / WN);
constexpr int THREADS = 32 * WARPS;
constexpr int PITCH = BM + 4;  // of A's transposed tile: keeps float4 aligned, and spreads a warp's stores over all banks
static_assert(PN == LANE_COLS * TN && BM * BK == 4 * THREADS && BK * BN == 4 * THREADS, "each thread stages a float4 of A and one of B");

bool rows_aligned(const float* matrix, int ld) { return reinterpret_cast<std::uintptr_t>(matrix) % 16 == 0 && ld % 4 == 0; }

// Four neighbours of a row; zeros instead of those that lie outside: only `inside` of them (any number, also negative) exist.
__device__ float4 load4(const float* p, int inside, bool vector) {
  if (vector && inside >= 4) return *reinterpret_cast<const float4*>(p);
  return make_float4(inside > 0 ? p[0] : 0.0f, inside > 1 ? p[1] : 0.0f, inside > 2 ? p[2] : 0.0f, inside > 3 ? p[3] : 0.0f);
}

__device__ void read4(float (&to)[4], const float* from) {
  const float4 v = *reinterpret_cast<const float4*>(from);
  to[0] = v.x, to[1] = v.y, to[2] = v.z, to[3] = v.w;
}

__global__ void __launch_bounds__(THREADS)
    gemm_warp_tiled(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                    bool vector_a, bool vector_b, int tiles_per_row) {
  __shared__ __align__(16) float As[BK][PITCH];  // transposed: a slice of K x rows of C
  __shared__ __align__(16) float Bs[BK][BN];
  __shared__ __align__(16) float out[WARPS][LANE_ROWS][PN];  // each warp's own
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int lane_row = lane / LANE_COLS, lane_col = lane % LANE_COLS;
  const int warp_row = warp / (BN / WN) * WM, warp_col = warp % (BN / WN) * WN;
  const int row0 = blockIdx.x / tiles_per_row * BM;
  const int col0 = blockIdx.x % tiles_per_row * BN;
  const int a_row = threadIdx.x / 2, a_k = threadIdx.x % 2 * 4;
  const int b_k = threadIdx.x / 32, b_col = threadIdx.x % 32 * 4;

  float sum[PIECES_M][PIECES_N][TM][TN] = {};
  for (int k0 = 0; k0 < K; k0 += BK) {
    const float4 a4 = load4(A + size_t(row0 + a_row) * lda + k0 + a_k, row0 + a_row < M ? K - k0 - a_k : 0, vector_a);
    const float4 b4 = load4(B + size_t(k0 + b_k) * ldb + col0 + b_col, k0 + b_k < K ? N - col0 - b_col : 0, vector_b);
    As[a_k + 0][a_row] = a4.x;
    As[a_k + 1][a_row] = a4.y;
    As[a_k + 2][a_row] = a4.z;
    As[a_k + 3][a_row] = a4.w;
    *reinterpret_cast<float4*>(&Bs[b_k][b_col]) = b4;
    __syncthreads();  // wait: other threads still write this tile

    for (int k = 0; k < BK; ++k) {
      float a[PIECES_M][TM], b[PIECES_N][TN];
      for (int p = 0; p < PIECES_M; ++p) read4(a[p], &As[k][warp_row + p * PM + lane_row * TM]);
      for (int q = 0; q < PIECES_N; ++q) read4(b[q], &Bs[k][warp_col + q * PN + lane_col * TN]);
      for (int p = 0; p < PIECES_M; ++p) {
        for (int q = 0; q < PIECES_N; ++q) {
          for (int i = 0; i < TM; ++i) {
            for (int j = 0; j < TN; ++j) sum[p][q][i][j] += a[p][i] * b[q][j];
          }
        }
      }
    }
    __syncthreads();  // wait: slower threads still read this tile
  }

#pragma unroll  // an index into sum that isn't known at compile time would move it from registers to local memory
  for (int p = 0; p < PIECES_M; ++p) {
#pragma unroll
    for (int q = 0; q < PIECES_N; ++q) {
      const int col = col0 + warp_col + q * PN + lane;
#pragma unroll
      for (int i = 0; i < TM; ++i) {  // row i of every lane's piece: 4 rows x 32 columns
        const float* s = sum[p][q][i];
        *reinterpret_cast<float4*>(&out[warp][lane_row][lane_col * TN]) = make_float4(s[0], s[1], s[2], s[3]);
        for (int r = 0; r < LANE_ROWS; ++r) {
          const int row = row0 + warp_row + p * PM + r * TM + i;
          if (row >= M || col >= N) continue;
          float result = alpha * out[warp][r][lane];
          float* c = C + size_t(row) * ldc + col;
          if (beta != 0.0f) result += beta * *c;  // beta == 0: C may hold NaN, it isn't read
          *c = result;
        }
        __syncwarp();  // wait: slower lanes still read these rows
      }
    }
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;  // an empty grid can't be launched
  const int tiles_per_row = ck::ceil_div(N, BN);
  const unsigned tiles = unsigned(tiles_per_row) * ck::ceil_div(M, BM);
  gemm_warp_tiled<<<tiles, THREADS, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta,
                                                                            rows_aligned(A, lda), rows_aligned(B, ldb), tiles_per_row);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
