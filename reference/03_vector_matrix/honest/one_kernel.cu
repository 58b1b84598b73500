// Correct in another style: one kernel for everything. A vector is a matrix of one row, a sum has one term of A and one of B, and a product
// has K of each; what differs is a structure that comes as an argument.
#include "ck/check.cuh"

struct Task {
  const float *a, *b;
  float* c;
  long long rows, cols, terms;  // terms: -1 for a sum, -2 for number by number
  long long lda, ldb, ldc;
};

__global__ void work(Task t) {
  const long long all = t.rows * t.cols;
  for (long long e = blockIdx.x * (long long)blockDim.x + threadIdx.x; e < all; e += (long long)gridDim.x * blockDim.x) {
    const long long i = e / t.cols, j = e - i * t.cols;
    float value;
    if (t.terms == -1) {
      value = t.a[i * t.lda + j] + t.b[i * t.ldb + j];
    } else if (t.terms == -2) {
      value = t.a[i * t.lda + j] * t.b[i * t.ldb + j];
    } else {
      value = 0.0f;
      for (long long k = t.terms - 1; k >= 0; --k) value += t.a[i * t.lda + k] * t.b[k * t.ldb + j];
    }
    t.c[i * t.ldc + j] = value;
  }
}

static int run(const Task& t, void* stream) {
  const long long all = t.rows * t.cols, blocks = (all + 191) / 192;
  if (all != 0) work<<<dim3(blocks > 2048 ? 2048 : blocks), 192, 0, (cudaStream_t)stream>>>(t);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_vector_add(const float* x, const float* y, float* z, long long n, void* stream) {
  return run({x, y, z, 1, n, -1, n, n, n}, stream);
}

extern "C" int ck_vector_multiply(const float* x, const float* y, float* z, long long n, void* stream) {
  return run({x, y, z, 1, n, -2, n, n, n}, stream);
}

extern "C" int ck_matrix_add(const float* A, const float* B, float* C, int M, int N, int lda, int ldb, int ldc, void* stream) {
  return run({A, B, C, M, N, -1, lda, ldb, ldc}, stream);
}

extern "C" int ck_matrix_multiply(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, void* stream) {
  return run({A, B, C, M, N, K, lda, ldb, ldc}, stream);
}
