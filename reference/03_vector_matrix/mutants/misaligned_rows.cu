// Wrong: asks where the matrices begin, and not where their rows do.
#include "ck/check.cuh"
#include "ck/math.cuh"
#include "ck/vector.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WIDTH = 32;  // of a block in a matrix: threads, of four columns each
constexpr int HEIGHT = 8;  // rows

struct Sum {
  static __device__ float of(float a, float b) { return a + b; }
};

struct Product {
  static __device__ float of(float a, float b) { return a * b; }
};

template <class Op>
__global__ void __launch_bounds__(THREADS) combine(const float* x, const float* y, float* z, long long n, bool aligned) {
  const long long i = 4 * (blockIdx.x * (long long)THREADS + threadIdx.x);
  if (i >= n) return;
  const float4 a = ck::load4(x + i, n - i, aligned), b = ck::load4(y + i, n - i, aligned);
  ck::store4(z + i, make_float4(Op::of(a.x, b.x), Op::of(a.y, b.y), Op::of(a.z, b.z), Op::of(a.w, b.w)), n - i, aligned);
}

__global__ void __launch_bounds__(WIDTH* HEIGHT)
    add(const float* A, const float* B, float* C, int M, int N, long long lda, long long ldb, long long ldc, bool aligned) {
  const int col = 4 * (blockIdx.x * WIDTH + threadIdx.x);
  const int row = blockIdx.y * HEIGHT + threadIdx.y;
  if (row >= M || col >= N) return;
  const float4 a = ck::load4(A + row * lda + col, N - col, aligned), b = ck::load4(B + row * ldb + col, N - col, aligned);
  ck::store4(C + row * ldc + col, make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w), N - col, aligned);
}

__global__ void __launch_bounds__(WIDTH* HEIGHT)
    multiply(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc, bool aligned) {
  const int col = 4 * (blockIdx.x * WIDTH + threadIdx.x);
  const int row = blockIdx.y * HEIGHT + threadIdx.y;
  if (row >= M || col >= N) return;
  float4 sum = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  for (int k = 0; k < K; ++k) {
    const float a = A[row * lda + k];  // the same for all lanes of a row
    const float4 b = ck::load4(B + k * ldb + col, N - col, aligned);
    sum.x += a * b.x;
    sum.y += a * b.y;
    sum.z += a * b.z;
    sum.w += a * b.w;
  }
  ck::store4(C + row * ldc + col, sum, N - col, aligned);
}

template <class Op>
int combine_all(const float* x, const float* y, float* z, long long n, void* stream) {
  if (n == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(x) && ck::aligned4(y) && ck::aligned4(z);
  combine<Op><<<ck::ceil_div<long long>(n, 4 * THREADS), THREADS, 0, cudaStream_t(stream)>>>(x, y, z, n, aligned);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

dim3 grid_of(int rows, int columns) { return dim3(ck::ceil_div(columns, 4 * WIDTH), ck::ceil_div(rows, HEIGHT)); }

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
  const bool aligned = ck::aligned4(A) && ck::aligned4(B) && ck::aligned4(C);
  add<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, lda, ldb, ldc, aligned);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const bool aligned = ck::aligned4(B, ldb) && ck::aligned4(C, ldc);
  multiply<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, aligned);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
