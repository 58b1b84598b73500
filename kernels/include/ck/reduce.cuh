// ck/reduce.cuh: many values become one, within a warp and within a block. For kernels that need a reduction on the way to something else;
// where reductions are what is taught (08_reduction), the assignment doesn't hand this file out, and it doesn't compile there.
//
// An operation is anything with T operator()(T, T): associative and commutative up to rounding. The order of operands is a tree's and
// always the same, so results are too.
#pragma once
#include <cuda_runtime.h>

#ifdef CK_REDUCTIONS_ARE_THE_TASK
#error "the reductions of ck/reduce.cuh are what this assignment asks you to write"
#endif

namespace ck {

constexpr unsigned ALL_LANES = 0xffffffff;

struct Sum {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};

// NaN wins against every number, from whichever side it comes; fmaxf would lose it.
struct Max {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a > b || a != a ? a : b;
  }
};

// The values of a warp's 32 lanes -> every lane. All of them have to come. Five shuffles, no shared memory.
template <typename T, typename Op>
__device__ T warp_reduce(T value, Op op) {
#pragma unroll
  for (int distance = 16; distance > 0; distance /= 2) value = op(value, __shfl_xor_sync(ALL_LANES, value, distance));
  return value;
}

template <typename T>
__device__ T warp_sum(T value) {
  return warp_reduce(value, Sum());
}

template <typename T>
__device__ T warp_max(T value) {
  return warp_reduce(value, Max());
}

// The values of a block's THREADS threads -> every thread. The block is one-dimensional, THREADS = blockDim.x a multiple of 32, and all of
// them have to come. `neutral` changes nothing: 0 for a sum. Two barriers, one value of shared memory a warp; it can be called again at
// once.
template <int THREADS, typename T, typename Op>
__device__ T block_reduce(T value, T neutral, Op op) {
  static_assert(THREADS > 0 && THREADS % 32 == 0 && THREADS <= 1024, "whole warps, and no more than a block can have");
  constexpr int WARPS = THREADS / 32;
  __shared__ T of_warp[WARPS];
  const int lane = threadIdx.x % 32;
  value = warp_reduce(value, op);
  if (lane == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();  // wait: other warps still write theirs
  value = warp_reduce(lane < WARPS ? of_warp[lane] : neutral, op);
  __syncthreads();  // wait: a call to come writes there again
  return value;
}

}  // namespace ck
