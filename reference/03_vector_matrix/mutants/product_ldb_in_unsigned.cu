// Wrong: the offset of a row of B is computed in 32 bits without a sign, which end at 2^32 - 1.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WIDTH = 32;  // of a block in a matrix: columns
constexpr int HEIGHT = 8;  // rows

struct Sum {
  static __device__ float of(float a, float b) { return a + b; }
};

struct Product {
  static __device__ float of(float a, float b) { return a * b; }
};

template <class Op>
__global__ void __launch_bounds__(THREADS) combine(const float* x, const float* y, float* z, long long n) {
  const long long i = blockIdx.x * (long long)THREADS + threadIdx.x;
  if (i < n) z[i] = Op::of(x[i], y[i]);
}

__global__ void __launch_bounds__(WIDTH* HEIGHT)
    add(const float* A, const float* B, float* C, int M, int N, long long lda, long long ldb, long long ldc) {
  const int col = blockIdx.x * WIDTH + threadIdx.x;
  const int row = blockIdx.y * HEIGHT + threadIdx.y;
  if (row < M && col < N) C[row * ldc + col] = A[row * lda + col] + B[row * ldb + col];
}

__global__ void __launch_bounds__(WIDTH* HEIGHT)
    multiply(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc) {
  const int col = blockIdx.x * WIDTH + threadIdx.x;
  const int row = blockIdx.y * HEIGHT + threadIdx.y;
  if (row >= M || col >= N) return;
  float sum = 0.0f;
  for (int k = 0; k < K; ++k) {
    const float a = A[row * lda + k];  // the same for all lanes
    const float b = B[unsigned(k) * unsigned(ldb) + col];  // 32 neighbours
    sum += a * b;
  }
  C[row * ldc + col] = sum;
}

template <class Op>
int combine_all(const float* x, const float* y, float* z, long long n, void* stream) {
  if (n == 0) return cudaSuccess;
  combine<Op><<<ck::ceil_div<long long>(n, THREADS), THREADS, 0, cudaStream_t(stream)>>>(x, y, z, n);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

dim3 grid_of(int rows, int columns) { return dim3(ck::ceil_div(columns, WIDTH), ck::ceil_div(rows, HEIGHT)); }

}  // namespace

extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream) {
  if (const int error = combine_all<Sum>(x, y, z, n, stream)) return error;
  return cudaSuccess;
}

extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream) {
  if (const int error = combine_all<Product>(x, y, z, n, stream)) return error;
  return cudaSuccess;
}

extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  add<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  multiply<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
