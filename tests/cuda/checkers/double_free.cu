// Freed twice.
#include "checkers.cuh"

POSITIVE(twice_in_a_row) {
  float* x;
  CHECK(cudaMalloc(&x, 400));
  cudaFree(x);
  cudaFree(x);  // HOST: DOUBLE_FREE | cudaFree: cudaMalloc #1 (400 bytes) has been freed already
}

struct Matrix {
  float* data;
  explicit Matrix(int n) { CHECK(cudaMalloc(&data, n * sizeof(float))); }
  ~Matrix() { cudaFree(data); }  // HOST: DOUBLE_FREE | cudaMalloc #1 (64 bytes)
};

SUBTLE(a_copied_owner) {
  Matrix a(16);
  Matrix b = a;
  (void)b;
}

SUBTLE(by_another_function) {
  float* x;
  CHECK(cudaMallocAsync(&x, 64, 0));
  CHECK(cudaFreeAsync(x, 0));
  cudaFree(x);  // HOST: DOUBLE_FREE
}

CONTROL(null_may_be_freed) {
  float* x = nullptr;
  CHECK(cudaFree(x));
  CHECK(cudaFree(x));
  CHECK(cudaFreeHost(nullptr));
}

CONTROL(the_address_may_come_again) {
  for (int round = 0; round < 3; round++) {
    float* x;
    CHECK(cudaMalloc(&x, 400));
    CHECK(cudaFree(x));
  }
}
