// Rung 2, one thread a number: as many threads as there are numbers, lanes along the columns of a matrix.
//
// Changes against rung 1: thread i takes number i of a vector, so that 32 lanes take 32 neighbours: 4 sectors a request and not 32. In a
// matrix threadIdx.x counts rows, as a mathematician names them first, and 32 lanes touch 32 rows: there nothing is gained.
// Measured (a sum of 2^20 numbers, one of 512 x 384, a product of 128 x 64 x 96): 11.5 sectors a request read, 8.7 written; 1,161,088
// warp-instructions of PTX. 87 of 100 points.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int WIDTH = 8;    // of a block in a matrix: columns
constexpr int HEIGHT = 32;  // rows

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
  const int row = blockIdx.x * HEIGHT + threadIdx.x;
  const int col = blockIdx.y * WIDTH + threadIdx.y;
  if (row < M && col < N) C[row * ldc + col] = A[row * lda + col] + B[row * ldb + col];
}

__global__ void __launch_bounds__(WIDTH* HEIGHT)
    multiply(const float* A, const float* B, float* C, int M, int N, int K, long long lda, long long ldb, long long ldc) {
  const int row = blockIdx.x * HEIGHT + threadIdx.x;
  const int col = blockIdx.y * WIDTH + threadIdx.y;
  if (row >= M || col >= N) return;
  float sum = 0.0f;
  for (int k = 0; k < K; ++k) {
    const float a = A[row * lda + k];  // 32 rows
    const float b = B[k * ldb + col];  // the same for all lanes
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

dim3 grid_of(int rows, int columns) { return dim3(ck::ceil_div(rows, HEIGHT), ck::ceil_div(columns, WIDTH)); }

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
  add<<<grid_of(M, N), dim3(HEIGHT, WIDTH), 0, cudaStream_t(stream)>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  multiply<<<grid_of(M, N), dim3(HEIGHT, WIDTH), 0, cudaStream_t(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
