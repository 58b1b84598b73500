// BEGIN SOLUTION vector_matrix.cu: your four launchers. The contract stands in ck/vector_matrix.h, the hand-out in README.md.
// Rung 3, one thread a number, lanes along the rows (the reference).
//
// Changes against rung 2: threadIdx.x counts columns and not rows. The 32 lanes of a warp then touch 32 neighbours in every matrix: 4
// sectors where there were 32. In the product a warp wants one number of A, which all lanes share (1 sector), and 32 neighbours of B (4).
// Measured (a sum of 2^20 numbers, one of 512 x 384, a product of 128 x 64 x 96): 3.4 sectors a request read (the lanes' common number of A
// is one), 4.0 written; 1,161,088 warp-instructions of PTX. 100 of 100 points.
// END SOLUTION
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// BEGIN SOLUTION TODO: your kernels. What do the two for vectors differ in, and what do all four have in common?
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
    const float b = B[k * ldb + col];  // 32 neighbours
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
// END SOLUTION

}  // namespace

extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream) {
  // BEGIN SOLUTION TODO: how many blocks do n numbers need? Launch on static_cast<cudaStream_t>(stream), and write CK_CHECK_LAUNCH(); behind it.
  if (const int error = combine_all<Sum>(x, y, z, n, stream)) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream) {
  // BEGIN SOLUTION TODO: the same with another operation.
  if (const int error = combine_all<Product>(x, y, z, n, stream)) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream) {
  // BEGIN SOLUTION TODO: a grid of two dimensions. Which of them counts rows, which columns?
  if (M == 0 || N == 0) return cudaSuccess;
  add<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream) {
  // BEGIN SOLUTION TODO: a thread for each number of C, which walks along a row of A and a column of B.
  if (M == 0 || N == 0) return cudaSuccess;
  multiply<<<grid_of(M, N), dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc);
  CK_CHECK_LAUNCH();
  // END SOLUTION
  return cudaSuccess;
}
