// Fetches the slice of A with lanes down the rows, so that storing it is easy: 32 lanes, 32 rows, 32 sectors.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int T = 64;    // edge of a block's tile of C
constexpr int KS = 16;   // depth of a slice
constexpr int W = 16;    // threads along each edge of the block
constexpr int E = T / W; // elements of a thread along each edge

struct Matrix {
  const float* at;
  int rows, columns;
  long long ld;
  __device__ float operator()(long long r, long long c) const { return r < rows && c < columns ? at[r * ld + c] : 0.f; }
};

__global__ void __launch_bounds__(W* W) tiles(Matrix a, Matrix b, float* __restrict__ c, long long ldc, float alpha, float beta) {
  __shared__ float sa[KS][T + 2], sb[KS][T];
  const int tx = threadIdx.x, ty = threadIdx.y, id = ty * W + tx;
  const long long row0 = static_cast<long long>(blockIdx.y) * T, col0 = static_cast<long long>(blockIdx.x) * T;
  float acc[E][E] = {};
  for (int k0 = 0; k0 < a.columns; k0 += KS) {
    for (int i = id; i < T * KS; i += W * W) sa[i / T][i % T] = a(row0 + i % T, k0 + i / T);
    for (int i = id; i < T * KS; i += W * W) sb[i / T][i % T] = b(k0 + i / T, col0 + i % T);
    __syncthreads();
#pragma unroll
    for (int k = 0; k < KS; ++k) {
      float left[E], up[E];
#pragma unroll
      for (int e = 0; e < E; ++e) left[e] = sa[k][ty + e * W];
#pragma unroll
      for (int e = 0; e < E; ++e) up[e] = sb[k][tx + e * W];
#pragma unroll
      for (int i = 0; i < E; ++i)
#pragma unroll
        for (int j = 0; j < E; ++j) acc[i][j] = fmaf(left[i], up[j], acc[i][j]);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < E; ++i) {
    const long long r = row0 + ty + i * W;
    if (r >= a.rows) continue;
#pragma unroll
    for (int j = 0; j < E; ++j) {
      const long long col = col0 + tx + j * W;
      if (col >= b.columns) continue;
      float& out = c[r * ldc + col];
      out = beta == 0.f ? alpha * acc[i][j] : fmaf(alpha, acc[i][j], beta * out);
    }
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M <= 0 || N <= 0) return cudaSuccess;
  const dim3 grid(ck::ceil_div(N, T), ck::ceil_div(M, T)), block(W, W);
  tiles<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(Matrix{A, M, K, lda}, Matrix{B, K, N, ldb}, C, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
