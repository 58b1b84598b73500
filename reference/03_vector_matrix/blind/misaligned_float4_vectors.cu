// Wrong: Student thinks that cudaMalloc aligns every pointer to 256 bytes and loads float4 from the vectors without asking.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

__global__ void vec4(const float* x, const float* y, float* z, long long n, bool multiply) {
  const long long at = 4 * ((long long)blockIdx.x * blockDim.x + threadIdx.x);
  if (at + 4 <= n) {
    const float4 a = *reinterpret_cast<const float4*>(x + at);
    const float4 b = *reinterpret_cast<const float4*>(y + at);
    float4 r;
    r.x = multiply ? a.x * b.x : a.x + b.x;
    r.y = multiply ? a.y * b.y : a.y + b.y;
    r.z = multiply ? a.z * b.z : a.z + b.z;
    r.w = multiply ? a.w * b.w : a.w + b.w;
    *reinterpret_cast<float4*>(z + at) = r;
  } else {
    for (long long i = at; i < n; ++i) z[i] = multiply ? x[i] * y[i] : x[i] + y[i];
  }
}

int run4(const float* x, const float* y, float* z, long long n, bool multiply, void* stream) {
  if (n == 0) return cudaSuccess;
  vec4<<<unsigned(ck::ceil_div(ck::ceil_div(n, 4LL), 256LL)), 256, 0, (cudaStream_t)stream>>>(x, y, z, n, multiply);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

__global__ void add2d(const float* A, const float* B, float* C, int rows, int cols, int lda, int ldb, int ldc) {
  const int c = blockIdx.x * blockDim.x + threadIdx.x;
  const int r = blockIdx.y * blockDim.y + threadIdx.y;
  if (r >= rows || c >= cols) return;
  C[size_t(r) * ldc + c] = A[size_t(r) * lda + c] + B[size_t(r) * ldb + c];
}

__global__ void mul2d(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc) {
  const int c = blockIdx.x * blockDim.x + threadIdx.x;
  const int r = blockIdx.y * blockDim.y + threadIdx.y;
  if (r >= M || c >= N) return;
  const float* a = A + size_t(r) * lda;
  float acc = 0.f;
  for (int k = 0; k < K; ++k) acc = fmaf(a[k], B[size_t(k) * ldb + c], acc);
  C[size_t(r) * ldc + c] = acc;
}

}  // namespace

extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream) {
  return run4(x, y, z, n, false, stream);
}

extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream) {
  return run4(x, y, z, n, true, stream);
}

extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 block(32, 8), grid(ck::ceil_div(N, 32), ck::ceil_div(M, 8));
  add2d<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc,
                                  void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const dim3 block(32, 8), grid(ck::ceil_div(N, 32), ck::ceil_div(M, 8));
  mul2d<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
