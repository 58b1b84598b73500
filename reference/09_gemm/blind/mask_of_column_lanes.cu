// Sums a dot product over a warp; thinks that the mask should name the lanes that had something to add.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// One warp computes one row piece of C: its lanes split K between them.
__global__ void dots(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc, float alpha,
                     float beta) {
  const int lane = threadIdx.x, j = blockIdx.x * 8 + threadIdx.y;
  const unsigned mask = K >= 32 ? 0xffffffffu : (1u << K) - 1u;
  if (j >= N) return;
  for (long long i = blockIdx.y; i < M; i += gridDim.y) {
    float sum = 0.0f;
    for (int k = lane; k < K; k += 32) sum += A[i * lda + k] * B[k * ldb + j];
    for (int far = 16; far > 0; far /= 2) sum += __shfl_down_sync(mask, sum, far);
    if (lane == 0) C[i * ldc + j] = beta == 0.0f ? alpha * sum : alpha * sum + beta * C[i * ldc + j];
  }
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return 0;
  dots<<<dim3(ck::ceil_div(N, 8), M < 4096 ? M : 4096), dim3(32, 8), 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc,
                                                                                                            alpha, beta);
  CK_CHECK_LAUNCH();
  return 0;
}
