// Believed: the element in row r and column c of C lies at c * ldc + r.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// One thread, one element.
__global__ void simple(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta) {
  const long c = (long)blockIdx.x * blockDim.x + threadIdx.x;
  const long r = (long)blockIdx.y * blockDim.y + threadIdx.y;
  if (r >= M || c >= N) return;

  float dot = 0.0f;
  for (int k = 0; k < K; ++k) dot += A[r * lda + k] * B[(long)k * ldb + c];

  float& out = C[c * ldc + r];
  if (beta != 0.0f)
    out = alpha * dot + beta * out;
  else
    out = alpha * dot;
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 block(32, 8);
  const dim3 grid(ck::ceil_div(N, 32), ck::ceil_div(M, 8));
  simple<<<grid, block, 0, (cudaStream_t)stream>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
