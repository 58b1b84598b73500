// Believed: one barrier per slice is enough, since it separates loading from computing.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int BT = 32;       // tile of C
constexpr int KT = 16;       // depth of a slice
constexpr int SIDE = 16;     // threads per side, each with 2 x 2 elements

__global__ void __launch_bounds__(SIDE* SIDE) gemm22(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb,
                                                     int ldc, float alpha, float beta) {
  __shared__ float As[BT][KT + 1];
  __shared__ float Bs[KT][BT];
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int row0 = blockIdx.y * BT, col0 = blockIdx.x * BT;
  float acc[2][2] = {{0.f, 0.f}, {0.f, 0.f}};

  for (int k0 = 0; k0 < K; k0 += KT) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const int r = row0 + ty + h * SIDE, c = col0 + tx + h * SIDE;
      As[ty + h * SIDE][tx] = (r < M && k0 + tx < K) ? A[(size_t)r * lda + k0 + tx] : 0.f;
      Bs[ty][tx + h * SIDE] = (c < N && k0 + ty < K) ? B[(size_t)(k0 + ty) * ldb + c] : 0.f;
    }
    __syncthreads();

#pragma unroll
    for (int k = 0; k < KT; ++k) {
      const float a0 = As[ty][k], a1 = As[ty + SIDE][k];
      const float b0 = Bs[k][tx], b1 = Bs[k][tx + SIDE];
      acc[0][0] += a0 * b0;
      acc[0][1] += a0 * b1;
      acc[1][0] += a1 * b0;
      acc[1][1] += a1 * b1;
    }
  }

#pragma unroll
  for (int i = 0; i < 2; ++i)
#pragma unroll
    for (int j = 0; j < 2; ++j) {
      const int r = row0 + ty + i * SIDE, c = col0 + tx + j * SIDE;
      if (r < M && c < N) {
        const size_t at = (size_t)r * ldc + c;
        C[at] = beta == 0.f ? alpha * acc[i][j] : alpha * acc[i][j] + beta * C[at];
      }
    }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 grid(ck::ceil_div(N, BT), ck::ceil_div(M, BT));
  gemm22<<<grid, dim3(SIDE, SIDE), 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
