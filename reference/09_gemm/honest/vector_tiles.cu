// Correct in another style: oblong tiles (32 x 64), four neighbouring columns a thread, float4 loads and stores wherever pointer, leading
// dimension and edge allow, one by one elsewhere. Dynamic shared memory, A's tile transposed and padded.
#include <cstdint>

#include "ck/math.cuh"

namespace {

struct Matrix {
  const float* data;
  int rows, cols, ld;
  bool vector;  // rows begin at multiples of 16 bytes
};

constexpr int kRows = 32, kCols = 64, kDepth = 8;
constexpr int kThreads = 128;       // 16 across x 8 down; each owns 4 rows x 4 columns
constexpr int kPitchA = kRows + 4;  // floats; keeps float4 rows aligned
constexpr int kSharedFloats = kDepth * kPitchA + kDepth * kCols;

bool aligned(const void* pointer, int ld) { return reinterpret_cast<std::uintptr_t>(pointer) % 16 == 0 && ld % 4 == 0; }

__device__ float4 load4(const Matrix& m, int row, int col) {
  float4 v = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  if (row >= m.rows || col >= m.cols) return v;
  const float* p = m.data + static_cast<int64_t>(row) * m.ld + col;
  if (m.vector && col + 4 <= m.cols) return *reinterpret_cast<const float4*>(p);
  v.x = p[0];
  if (col + 1 < m.cols) v.y = p[1];
  if (col + 2 < m.cols) v.z = p[2];
  if (col + 3 < m.cols) v.w = p[3];
  return v;
}

__device__ void update(float4& c, float a, const float4& b) {
  c.x += a * b.x;
  c.y += a * b.y;
  c.z += a * b.z;
  c.w += a * b.w;
}

__device__ void store4(float* C, int ldc, int M, int N, int row, int col, bool vector, float alpha, float beta, const float4& sum) {
  if (row >= M || col >= N) return;
  float* p = C + static_cast<int64_t>(row) * ldc + col;
  if (vector && col + 4 <= N) {
    float4 v = make_float4(alpha * sum.x, alpha * sum.y, alpha * sum.z, alpha * sum.w);
    if (beta != 0.0f) update(v, beta, *reinterpret_cast<const float4*>(p));
    *reinterpret_cast<float4*>(p) = v;
    return;
  }
  const float sums[4] = {sum.x, sum.y, sum.z, sum.w};
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    if (col + j < N) p[j] = beta == 0.0f ? alpha * sums[j] : alpha * sums[j] + beta * p[j];
  }
}

__global__ void product(Matrix A, Matrix B, float* C, int ldc, bool vector_c, float alpha, float beta) {
  extern __shared__ float4 shared4[];
  float* tile_a = reinterpret_cast<float*>(shared4);  // (kDepth, kPitchA): A's tile, transposed
  float* tile_b = tile_a + kDepth * kPitchA;          // (kDepth, kCols)
  const int t = threadIdx.x;
  const int row0 = blockIdx.x * kRows, col0 = blockIdx.y * kCols;
  const int row = t / 16 * 4, col = t % 16 * 4;

  float4 sum[4] = {};
  for (int k0 = 0; k0 < A.cols; k0 += kDepth) {
    if (t < kRows * kDepth / 4) {  // 64 quadruples of A
      const int r = t / 2, k = t % 2 * 4;
      const float4 a = load4(A, row0 + r, k0 + k);
      tile_a[(k + 0) * kPitchA + r] = a.x;
      tile_a[(k + 1) * kPitchA + r] = a.y;
      tile_a[(k + 2) * kPitchA + r] = a.z;
      tile_a[(k + 3) * kPitchA + r] = a.w;
    }
    *reinterpret_cast<float4*>(&tile_b[t / 16 * kCols + col]) = load4(B, k0 + t / 16, col0 + col);  // 128 quadruples of B
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kDepth; ++k) {
      const float4 a = *reinterpret_cast<const float4*>(&tile_a[k * kPitchA + row]);
      const float4 b = *reinterpret_cast<const float4*>(&tile_b[k * kCols + col]);
      update(sum[0], a.x, b);
      update(sum[1], a.y, b);
      update(sum[2], a.z, b);
      update(sum[3], a.w, b);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; ++i) store4(C, ldc, A.rows, B.cols, row0 + row + i, col0 + col, vector_c, alpha, beta, sum[i]);
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M < 1 || N < 1) return cudaSuccess;
  const Matrix a{A, M, K, lda, aligned(A, lda)}, b{B, K, N, ldb, aligned(B, ldb)};
  const dim3 grid(ck::ceil_div(M, kRows), ck::ceil_div(N, kCols));
  product<<<grid, kThreads, kSharedFloats * sizeof(float), cudaStream_t(stream)>>>(a, b, C, ldc, aligned(C, ldc), alpha, beta);
  return cudaGetLastError();
}
