// A known-wrong solution (honest/warp_dot.cu with one mistake): the shuffle's mask names half of the lanes that take part.
#include "ck/check.cuh"

template <typename T>
__device__ T warp_sum(T value) {
  for (int offset = 16; offset > 0; offset /= 2) value += __shfl_xor_sync(0x0000ffffu, value, offset);
  return value;
}

template <int PER_WARP, int WARPS>
__global__ void rows_times_columns(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ C, int M, int N, int K,
                                   int lda, int ldb, int ldc, float alpha, float beta) {
  const int lane = threadIdx.x & 31;
  const long long groups = (N + PER_WARP - 1) / PER_WARP;  // of columns
  const long long task = (long long)blockIdx.x * WARPS + threadIdx.x / 32;
  if (task >= groups * M) return;  // the whole warp leaves: its shuffles stay full
  const size_t row = task / groups;
  const int col = int(task % groups) * PER_WARP;

  float part[PER_WARP] = {};
  for (int k = lane; k < K; k += 32) {
    const float a = A[row * lda + k];
#pragma unroll
    for (int j = 0; j < PER_WARP; ++j) {
      if (col + j < N) part[j] += a * B[size_t(k) * ldb + col + j];
    }
  }
#pragma unroll
  for (int j = 0; j < PER_WARP; ++j) {
    const float dot = warp_sum(part[j]);
    if (lane == j && col + j < N) {
      float* c = &C[row * ldc + col + j];
      *c = beta == 0 ? alpha * dot : fmaf(beta, *c, alpha * dot);
    }
  }
}

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  constexpr int kPerWarp = 4, kWarps = 4;
  if (M == 0 || N == 0) return 0;
  const long long tasks = (long long)M * ((N + kPerWarp - 1) / kPerWarp);
  const unsigned blocks = unsigned((tasks + kWarps - 1) / kWarps);
  const auto kernel = rows_times_columns<kPerWarp, kWarps>;
  kernel<<<blocks, kWarps * 32, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
