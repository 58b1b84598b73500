// Believed: multiplying C by beta in a first pass leaves a C of zeros when beta is zero, so the second pass can always add.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

__global__ void scale(float* C, int M, int N, int ldc, float beta) {
  const int col = blockIdx.x * blockDim.x + threadIdx.x;
  for (int row = blockIdx.y; row < M; row += gridDim.y) {
    if (col < N) C[(size_t)row * ldc + col] *= beta;
  }
}

constexpr int W = 32, H = 8;  // tile of C: 32 columns, 8 rows; one element per thread

__global__ void add_product(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha) {
  __shared__ float rows[H][W];
  __shared__ float cols[W][W];
  const int col = blockIdx.x * W + threadIdx.x;
  const int row = blockIdx.y * H + threadIdx.y;

  float dot = 0.0f;
  for (int k0 = 0; k0 < K; k0 += W) {
    const int k = k0 + threadIdx.x;
    rows[threadIdx.y][threadIdx.x] = (row < M && k < K) ? A[(size_t)row * lda + k] : 0.0f;
    for (int y = threadIdx.y; y < W; y += H)
      cols[y][threadIdx.x] = (k0 + y < K && col < N) ? B[(size_t)(k0 + y) * ldb + col] : 0.0f;
    __syncthreads();
    for (int q = 0; q < W; ++q) dot += rows[threadIdx.y][q] * cols[q][threadIdx.x];
    __syncthreads();
  }
  if (row < M && col < N) C[(size_t)row * ldc + col] += alpha * dot;
}

}  // namespace

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const cudaStream_t s = static_cast<cudaStream_t>(stream);
  if (beta != 1.0f) {
    scale<<<dim3(ck::ceil_div(N, 128), M < 1024 ? M : 1024), 128, 0, s>>>(C, M, N, ldc, beta);
    CK_CHECK_LAUNCH();
  }
  if (K > 0) {
    add_product<<<dim3(ck::ceil_div(N, W), ck::ceil_div(M, H)), dim3(W, H), 0, s>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}
