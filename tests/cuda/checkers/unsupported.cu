// What the emulated GPU doesn't know: refused by name, never skipped.
#include "checkers.cuh"

__global__ void load_matrix(unsigned* x) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(*x) : "r"(0));  // BUG: UNSUPPORTED | ldmatrix
}

POSITIVE(an_instruction) {
  Buffer<unsigned> x(32);
  load_matrix<<<1, 1>>>(x);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx);
}

__global__ void load_matrix_sometimes(unsigned* x, int n) {
  if (n < 0) asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(*x) : "r"(0));  // BUG: UNSUPPORTED | ldmatrix
  x[threadIdx.x] = 1;
}

SUBTLE(an_instruction_that_would_never_run) {
  Buffer<unsigned> x(32);
  load_matrix_sometimes<<<1, 32>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx);
}

__global__ void beside_them(unsigned* x) { x[threadIdx.x] = 1; }

CONTROL(another_kernel_of_the_same_file) {
  Buffer<unsigned> x(32);
  beside_them<<<1, 32>>>(x);
}
