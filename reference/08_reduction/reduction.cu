// BEGIN SOLUTION reduction.cu: your reductions. The contract stands in ck/reduction.h, the hand-out in README.md.
// Rung 6, vectorised grid-stride (the reference): a thread collects in registers whatever it meets on its way through x, four numbers a
// load; the tree comes once, at the very end.
//
// Changes against rung 5: no tree per tile any more, so nearly all of the work is loading and combining. A warp's load asks for 512 bytes
// at once: a quarter of the instructions for the same sectors.
// Two launches: many blocks leave one partial result each in the workspace, one block reduces those.
// Measured (2^20 numbers, the three together): 1,585,173 warp-instructions of PTX; 9,252 wavefronts of shared memory, no bank conflict;
// 393,536 sectors read. 100 of 100 points.
// END SOLUTION
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// BEGIN SOLUTION TODO: your kernels, and what sum, max and argmax differ in.
constexpr int THREADS = 256;
constexpr int WARPS = THREADS / 32;
constexpr int BLOCKS = 1024;          // at most: each leaves a partial result in the workspace
constexpr unsigned ALL = 0xffffffff;  // lanes of a warp

// What the three differ in: a neutral value, how a number of x begins, how two values become one, how a value comes from another lane.
struct Sum {
  using Value = float;
  static __device__ Value neutral() { return 0.0f; }
  static __device__ Value lift(float x, long long) { return x; }
  static __device__ Value combine(Value a, Value b) { return a + b; }
  static __device__ Value down(Value v, int lanes) { return __shfl_down_sync(ALL, v, lanes); }
};

struct Max {
  using Value = float;
  static __device__ Value neutral() { return -INFINITY; }
  static __device__ Value lift(float x, long long) { return x; }
  static __device__ Value combine(Value a, Value b) { return a > b || isnan(a) ? a : b; }  // fmaxf would lose NaN
  static __device__ Value down(Value v, int lanes) { return __shfl_down_sync(ALL, v, lanes); }
};

struct Best {
  float x;
  int unused;                                              // would be padding: four bytes that nobody writes, and a copy reads them
  long long index;                                         // -1: none yet
  __device__ operator long long() const { return index; }  // what is left of it in the end
};

struct ArgMax {
  using Value = Best;
  static __device__ Value neutral() { return {-INFINITY, 0, -1}; }
  static __device__ Value lift(float x, long long i) { return {x, 0, i}; }
  static __device__ Value combine(Value a, Value b) {
    if (a.x > b.x || (isnan(a.x) && !isnan(b.x))) return a;
    if (b.x > a.x || (isnan(b.x) && !isnan(a.x))) return b;
    return (unsigned long long)a.index < (unsigned long long)b.index ? a : b;  // equal, or both NaN; -1 is the largest of all
  }
  static __device__ Value down(Value v, int lanes) { return {__shfl_down_sync(ALL, v.x, lanes), 0, __shfl_down_sync(ALL, v.index, lanes)}; }
};

// The values of a block's threads -> thread 0's; the others' are worth nothing afterwards.
template <class Op>
__device__ typename Op::Value reduce_block(typename Op::Value value) {
  __shared__ typename Op::Value of_warp[WARPS];
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2) value = Op::combine(value, Op::down(value, lanes));
  if (lane == 0) of_warp[threadIdx.x / 32] = value;
  __syncthreads();  // wait: other warps still write theirs

  if (threadIdx.x < 32) {
    value = lane < WARPS ? of_warp[lane] : Op::neutral();
#pragma unroll
    for (int lanes = WARPS / 2; lanes > 0; lanes /= 2) value = Op::combine(value, Op::down(value, lanes));
  }
  return value;
}

template <class Op>
__global__ void __launch_bounds__(THREADS) reduce_numbers(const float* x, long long n, typename Op::Value* partial) {
  const long long first = blockIdx.x * (long long)THREADS + threadIdx.x;
  const long long stride = gridDim.x * (long long)THREADS;
  typename Op::Value value = Op::neutral();
  for (long long q = first; q < n / 4; q += stride) {
    const float4 four = reinterpret_cast<const float4*>(x)[q];
    value = Op::combine(value, Op::lift(four.x, 4 * q));
    value = Op::combine(value, Op::lift(four.y, 4 * q + 1));
    value = Op::combine(value, Op::lift(four.z, 4 * q + 2));
    value = Op::combine(value, Op::lift(four.w, 4 * q + 3));
  }
  const long long rest = n / 4 * 4 + first;  // up to three numbers that fill no float4
  if (rest < n) value = Op::combine(value, Op::lift(x[rest], rest));
  value = reduce_block<Op>(value);
  if (threadIdx.x == 0) partial[blockIdx.x] = value;
}

template <class Op, class Result>
__global__ void __launch_bounds__(THREADS) reduce_partials(const typename Op::Value* partial, int count, Result* result) {
  typename Op::Value value = Op::neutral();
  for (int i = threadIdx.x; i < count; i += THREADS) value = Op::combine(value, partial[i]);
  value = reduce_block<Op>(value);
  if (threadIdx.x == 0) *result = value;
}

template <class Op, class Result>
int reduce(const float* x, Result* result, long long n, void* workspace, void* stream) {
  auto* partial = static_cast<typename Op::Value*>(workspace);
  const auto on = static_cast<cudaStream_t>(stream);
  const long long wanted = ck::ceil_div(n, 16LL * THREADS);
  const int blocks = int(wanted < 1 ? 1 : wanted > BLOCKS ? BLOCKS : wanted);  // n == 0: one block, which finds nothing
  reduce_numbers<Op><<<blocks, THREADS, 0, on>>>(x, n, partial);
  CK_CHECK_LAUNCH();
  reduce_partials<Op><<<1, THREADS, 0, on>>>(partial, blocks, result);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
// END SOLUTION

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  // BEGIN SOLUTION TODO: launch on `stream` (a cudaStream_t), and write CK_CHECK_LAUNCH(); behind each launch.
  if (const int error = reduce<Sum>(x, result, n, workspace, stream)) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  // BEGIN SOLUTION TODO: the same, with another operation.
  if (const int error = reduce<Max>(x, result, n, workspace, stream)) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  // BEGIN SOLUTION TODO: the same, with values that know where they stood.
  if (const int error = reduce<ArgMax>(x, index, n, workspace, stream)) return error;
  // END SOLUTION
  return cudaSuccess;
}
