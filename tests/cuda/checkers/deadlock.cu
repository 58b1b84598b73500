// Blocks that wait for ever: threads stand at barriers that the others never reach.
#include "checkers.cuh"

__device__ void sync(int barrier, int threads) { asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(threads) : "memory"); }
__device__ void announce(int barrier, int threads) { asm volatile("bar.arrive %0, %1;" ::"r"(barrier), "r"(threads) : "memory"); }

__global__ void too_few(int* out) {
  if (threadIdx.x < 32)
    asm volatile("bar.sync 1, 96;" ::: "memory");  // BUG: DEADLOCK | wait at a barrier that the remaining threads never reach
  out[threadIdx.x] = 1;
}

POSITIVE(a_barrier_for_more_than_there_are) {
  Buffer<int> out(64);
  too_few<<<1, 64>>>(out);
}

__global__ void never_announced(int* out) {
  __shared__ int box;
  if (threadIdx.x < 32) {
    if (threadIdx.x == 0) box = 1;
    __syncwarp();
  } else {
    asm volatile("bar.sync 2, 64;" ::: "memory");  // BUG: DEADLOCK
    out[0] = box;
  }
}

SUBTLE(the_producer_never_announces) {
  Buffer<int> out(64);
  never_announced<<<1, 64>>>(out);
}

__global__ void handed_over(int* out) {
  __shared__ int box;
  if (threadIdx.x < 32) {
    if (threadIdx.x == 0) box = 1;
    announce(2, 64);
  } else {
    sync(2, 64);
    if (threadIdx.x == 40) out[0] = box;
  }
}

CONTROL(producer_and_consumer) {
  Buffer<int> out(64);
  handed_over<<<1, 64>>>(out);
}

__global__ void groups(int* out) {
  sync(1 + threadIdx.x / 64, 64);
  out[threadIdx.x] = 1;
}

CONTROL(a_barrier_for_each_group) {
  Buffer<int> out(128);
  groups<<<1, 128>>>(out);
}
