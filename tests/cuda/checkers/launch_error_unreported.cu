// Launches that failed, and nobody asked.
#include "checkers.cuh"

__global__ void set(float* x) { x[threadIdx.x] = 1; }

STUDENT(too_many_threads) {
  Buffer<float> x(2048);
  set<<<1, 2048>>>(x);  // HOST: LAUNCH_ERROR_UNREPORTED | 2048 threads in a block, and a block has at most 1024
  cudaDeviceSynchronize();
}

SUBTLE(asked_before_the_launch) {
  Buffer<float> x(32);
  CHECK(cudaGetLastError());
  set<<<1, 32, 100000>>>(x);  // HOST: LAUNCH_ERROR_UNREPORTED | 100000 bytes of dynamic shared memory
}

SUBTLE(no_blocks_for_no_work) {
  Buffer<float> x(32);
  const int n = 0;
  set<<<n / 32, 32>>>(x);  // HOST: LAUNCH_ERROR_UNREPORTED | the grid's x size is 0
  cudaDeviceSynchronize();
}

CONTROL(an_error_that_is_looked_at) {
  Buffer<float> x(32);
  set<<<1, 2048>>>(x);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
}

CONTROL(an_error_that_is_peeked_at) {
  Buffer<float> x(32);
  set<<<1, 2048>>>(x);
  EXPECT_ERROR(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidConfiguration);
}

CONTROL(a_launch_that_succeeds) {
  Buffer<float> x(1024);
  set<<<1, 1024>>>(x);
}
