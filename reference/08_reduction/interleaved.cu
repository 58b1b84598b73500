// Rung 1, interleaved: a block puts a tile of numbers into shared memory and folds neighbours together: 1 apart, then 2, 4, ... 128.
//
// Changes: nothing yet, this is where the ladder starts. Two decisions stay for all rungs: the three reductions are one kernel with another
// operation, and the grid has at most 1024 blocks, so that what they leave fits into the workspace (and a second launch reduces it).
// Measured (2^20 numbers, the three together): 10,607,259 warp-instructions of PTX; 4,676,048 wavefronts of shared memory, 1,312,000 of
// them bank conflicts; 394,496 sectors read. 94 of 100 points. The conflicts are argmax's: its values are 16 bytes apart.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int TILE = THREADS;  // numbers that a block takes at a time
constexpr int BLOCKS = 1024;   // at most: each leaves one value in the workspace

// What the three differ in: a neutral value, how number i begins (and what an earlier launch left of some), how two values become one.
struct Sum {
  using Value = float;
  static __device__ Value neutral() { return 0.0f; }
  static __device__ Value lift(const float* x, long long i) { return x[i]; }
  static __device__ Value combine(Value a, Value b) { return a + b; }
};

struct Max {
  using Value = float;
  static __device__ Value neutral() { return -INFINITY; }
  static __device__ Value lift(const float* x, long long i) { return x[i]; }
  static __device__ Value combine(Value a, Value b) { return a > b || isnan(a) ? a : b; }  // fmaxf would lose NaN
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
  static __device__ Value lift(const float* x, long long i) { return {x[i], 0, i}; }
  static __device__ Value lift(const Best* best, long long i) { return best[i]; }
  static __device__ Value combine(Value a, Value b) {
    if (a.x > b.x || (isnan(a.x) && !isnan(b.x))) return a;
    if (b.x > a.x || (isnan(b.x) && !isnan(a.x))) return b;
    return (unsigned long long)a.index < (unsigned long long)b.index ? a : b;  // equal, or both NaN; -1 is the largest of all
  }
};

// values[0] <- all values of the block.
template <class Op>
__device__ void reduce_block(typename Op::Value* values) {
  for (int apart = 1; apart < THREADS; apart *= 2) {
    if (threadIdx.x % (2 * apart) == 0) {  // fewer and fewer lanes of every warp
      values[threadIdx.x] = Op::combine(values[threadIdx.x], values[threadIdx.x + apart]);
    }
    __syncthreads();  // wait: the next step reads what other threads write in this one
  }
}

// Many blocks reduce numbers to one value each; one block, launched behind them, reduces those.
template <class Op, class In, class Out>
__global__ void __launch_bounds__(THREADS) reduce_tiles(const In* in, long long n, Out* out) {
  __shared__ typename Op::Value values[THREADS];
  __shared__ typename Op::Value total;  // thread 0's alone
  if (threadIdx.x == 0) total = Op::neutral();
  for (long long first = blockIdx.x * (long long)TILE; first < n; first += gridDim.x * (long long)TILE) {
    const long long i = first + threadIdx.x;
    values[threadIdx.x] = i < n ? Op::lift(in, i) : Op::neutral();
    __syncthreads();  // wait: other threads still write theirs
    reduce_block<Op>(values);
    if (threadIdx.x == 0) total = Op::combine(total, values[0]);
  }
  if (threadIdx.x == 0) out[blockIdx.x] = total;
}

template <class Op, class Result>
int reduce(const float* x, Result* result, long long n, void* workspace, void* stream) {
  auto* partial = static_cast<typename Op::Value*>(workspace);
  const auto on = static_cast<cudaStream_t>(stream);
  const long long tiles = ck::ceil_div(n, (long long)TILE);
  const int blocks = int(tiles < 1 ? 1 : tiles > BLOCKS ? BLOCKS : tiles);  // n == 0: one block, which finds nothing
  reduce_tiles<Op><<<blocks, THREADS, 0, on>>>(x, n, partial);
  CK_CHECK_LAUNCH();
  reduce_tiles<Op><<<1, THREADS, 0, on>>>(partial, blocks, result);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return reduce<Sum>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return reduce<Max>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  return reduce<ArgMax>(x, index, n, workspace, stream);
}
