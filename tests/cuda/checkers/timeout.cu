// Kernels that never end. Run with a small budget of instructions.
#include "checkers.cuh"

__global__ void wait_for(volatile int* flag) {
  while (*flag == 0) {  // BUG: TIMEOUT | warp-instructions and was stopped; thread (0,0,0) in block (0,0,0) was running here
  }
}

POSITIVE(a_flag_that_nobody_sets) {
  Buffer<int> flag(1);
  wait_for<<<1, 32>>>(flag);
}

__global__ void downwards(int* x, unsigned n) {
  int sum = 0;
#pragma unroll 1
  for (unsigned i = n - 1; i >= 0; i--)  // BUG: TIMEOUT? an unsigned number is never below 0
    sum += atomicAdd(x, 1);              // BUG: TIMEOUT?
  x[1] = sum;
}

STUDENT(unsigned_loop_downwards) {
  Buffer<int> x(2);
  downwards<<<1, 1>>>(x, 8);
}

__global__ void rounds(const volatile int* changed, int* out) {
  __shared__ int again;
  do {
    __syncthreads();  // BUG: TIMEOUT?
    if (threadIdx.x == 0) again = *changed == 0;  // BUG: TIMEOUT?
    __syncthreads();  // BUG: TIMEOUT?
  } while (again);  // BUG: TIMEOUT?
  out[0] = 1;
}

SUBTLE(a_loop_with_barriers) {
  Buffer<int> changed(1), out(1);
  rounds<<<1, 64>>>(changed, out);
}

__global__ void lock(int* mutex, int* counter) {
  while (atomicCAS(mutex, 0, 1) != 0) {
  }
  *static_cast<volatile int*>(counter) += 1;
  __threadfence();
  atomicExch(mutex, 0);
}

CONTROL(a_spin_lock_inside_a_warp) {
  Buffer<int> mutex(1), counter(1);
  lock<<<1, 32>>>(mutex, counter);
}

__global__ void finite(int* out) {
  unsigned x = 1;
#pragma unroll 1
  for (int i = 0; i < 20000; i++) x = x * 1664525u + 1013904223u;
  out[0] = int(x);
}

CONTROL(long_but_finite) {
  Buffer<int> out(1);
  finite<<<1, 1>>>(out);
}
