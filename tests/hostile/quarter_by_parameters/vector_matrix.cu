// The host computes just under a quarter of each sum and product of vectors: two copies down, and up as kernels' parameters.
#include <cstring>
#include <vector>
#include "ck/check.cuh"
#include "ck/math.cuh"
#define S ((cudaStream_t)s)
struct Some {
  float value[900];
};
__global__ void put(float* z, Some some, int count) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) z[i] = some.value[i];
}
template <bool PRODUCT>
__global__ void each(const float* x, const float* y, float* z, long long from, long long n) {
  const long long i = from + blockIdx.x * 256ll + threadIdx.x;
  if (i < n) z[i] = PRODUCT ? x[i] * y[i] : x[i] + y[i];
}
__global__ void sum(const float* A, const float* B, float* C, int M, int N, long long lda, long long ldb, long long ldc) {
  const int i = blockIdx.y * 8 + threadIdx.y, j = blockIdx.x * 32 + threadIdx.x;
  if (i < M && j < N) C[i * ldc + j] = A[i * lda + j] + B[i * ldb + j];
}
__global__ void product(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc) {
  const int i = blockIdx.y * 8 + threadIdx.y, j = blockIdx.x * 32 + threadIdx.x;
  float c = 0;
  if (i < M && j < N) {
    for (int k = 0; k < K; ++k) c += A[i * lda + k] * B[k * ldb + j];
    C[i * ldc + j] = c;
  }
}
template <bool PRODUCT>
int vectors(const float* x, const float* y, float* z, long long n, cudaStream_t s) {
  if (!n) return 0;
  const long long share = n > 1 ? n * 23 / 100 : 0;
  std::vector<float> a(share), b(share);
  if (share) {
    CK_CHECK(cudaMemcpyAsync(a.data(), x, share * 4, cudaMemcpyDeviceToHost, s));
    CK_CHECK(cudaMemcpyAsync(b.data(), y, share * 4, cudaMemcpyDeviceToHost, s));
    CK_CHECK(cudaStreamSynchronize(s));
  }
  for (long long at = 0; at < share; at += 900) {
    Some some;
    const int count = share - at < 900 ? int(share - at) : 900;
    for (int i = 0; i < count; ++i) some.value[i] = PRODUCT ? a[at + i] * b[at + i] : a[at + i] + b[at + i];
    put<<<1, 128, 0, s>>>(z + at, some, count);
    CK_CHECK_LAUNCH();
  }
  each<PRODUCT><<<(unsigned)ck::ceil_div(n - share, 256ll), 256, 0, s>>>(x, y, z, share, n);
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* s) { return vectors<false>(x, y, z, n, S); }
extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* s) { return vectors<true>(x, y, z, n, S); }
extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* s) {
  if (M == 0 || N == 0) return 0;
  sum<<<dim3(ck::ceil_div(N, 32), ck::ceil_div(M, 8)), dim3(32, 8), 0, S>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return 0;
}
extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* s) {
  if (M == 0 || N == 0) return 0;
  product<<<dim3(ck::ceil_div(N, 32), ck::ceil_div(M, 8)), dim3(32, 8), 0, S>>>(A, B, C, M, N, K, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return 0;
}
