// What the emulated GPU doesn't know: refused by name, never skipped.
#include "checkers.cuh"

__global__ void discard(unsigned* x) {
  asm volatile("discard.global.L2 [%0], 128;" ::"l"(x));  // BUG: UNSUPPORTED | discard
}

POSITIVE(an_instruction) {
  Buffer<unsigned> x(32);
  discard<<<1, 1>>>(x);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx);
}

__global__ void discard_sometimes(unsigned* x, int n) {
  if (n < 0)
    asm volatile("discard.global.L2 [%0], 128;" ::"l"(x));  // BUG: UNSUPPORTED | discard
  x[threadIdx.x] = 1;
}

SUBTLE(an_instruction_that_would_never_run) {
  Buffer<unsigned> x(32);
  discard_sometimes<<<1, 32>>>(x, 1);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx);
}

__global__ void beside_them(unsigned* x) { x[threadIdx.x] = 1; }

CONTROL(another_kernel_of_the_same_file) {
  Buffer<unsigned> x(32);
  beside_them<<<1, 32>>>(x);
}
