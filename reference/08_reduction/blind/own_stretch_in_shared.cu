// Reads rows of 32 numbers nicely into shared memory, then each thread walks along its own 32 there: all lanes in one bank.
#include <climits>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr unsigned FULL = ~0u;
constexpr int WIDTH = 256, MOST_BLOCKS = 1024, STRETCH = 32;

struct Add {
  using Item = float;
  using Out = float;
  __device__ static Item none() { return 0.f; }
  __device__ static Item make(float v, long long) { return v; }
  __device__ static Item join(Item a, Item b) { return a + b; }
  __device__ static Item from_lane(Item a, int d) { return __shfl_down_sync(FULL, a, d); }
  __device__ static Out finish(Item a) { return a; }
};

struct Largest {
  using Item = float;
  using Out = float;
  __device__ static Item none() { return -INFINITY; }
  __device__ static Item make(float v, long long) { return v; }
  __device__ static Item join(Item a, Item b) { return isnan(a) || a > b ? a : b; }
  __device__ static Item from_lane(Item a, int d) { return __shfl_down_sync(FULL, a, d); }
  __device__ static Out finish(Item a) { return a; }
};

struct WhereLargest {
  struct Item {
    float v;
    long long at;
  };
  using Out = long long;
  __device__ static Item none() { return {-INFINITY, LLONG_MAX}; }
  __device__ static Item make(float v, long long at) { return {v, at}; }
  __device__ static Item join(Item a, Item b) {
    const bool na = isnan(a.v), nb = isnan(b.v);
    const bool same = na ? nb : a.v == b.v;
    if (same) return a.at < b.at ? a : b;
    return na || a.v > b.v ? a : b;
  }
  __device__ static Item from_lane(Item a, int d) { return {__shfl_down_sync(FULL, a.v, d), __shfl_down_sync(FULL, a.at, d)}; }
  __device__ static Out finish(Item a) { return a.at == LLONG_MAX ? -1 : a.at; }
};

template <class Op>
__device__ typename Op::Item over_warp(typename Op::Item a) {
#pragma unroll
  for (int d = 16; d; d >>= 1) a = Op::join(a, Op::from_lane(a, d));
  return a;
}

// Valid in thread 0.
template <class Op>
__device__ typename Op::Item over_block(typename Op::Item a) {
  __shared__ typename Op::Item each[WIDTH / 32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  a = over_warp<Op>(a);
  if (lane == 0) each[warp] = a;
  __syncthreads();
  if (warp == 0) a = over_warp<Op>(lane < WIDTH / 32 ? each[lane] : Op::none());
  return a;
}

template <class Op>
__global__ void __launch_bounds__(WIDTH) gather(const float* __restrict__ x, long long n, typename Op::Item* __restrict__ left) {
  __shared__ float stage[WIDTH * STRETCH];
  typename Op::Item p = Op::none();
  constexpr int CHUNK = WIDTH * STRETCH;
  for (long long first = blockIdx.x * static_cast<long long>(CHUNK); first < n; first += gridDim.x * static_cast<long long>(CHUNK)) {
    const int here = n - first < CHUNK ? static_cast<int>(n - first) : CHUNK;
    for (int i = threadIdx.x; i < here; i += WIDTH) stage[i] = x[first + i];
    __syncthreads();
    for (int j = 0; j < STRETCH; ++j) {
      const int i = threadIdx.x * STRETCH + j;
      if (i < here) p = Op::join(p, Op::make(stage[i], first + i));
    }
    __syncthreads();
  }
  p = over_block<Op>(p);
  if (threadIdx.x == 0) left[blockIdx.x] = p;
}

template <class Op>
__global__ void __launch_bounds__(WIDTH) conclude(const typename Op::Item* __restrict__ left, int count, typename Op::Out* __restrict__ out) {
  typename Op::Item p = Op::none();
  for (int i = threadIdx.x; i < count; i += WIDTH) p = Op::join(p, left[i]);
  p = over_block<Op>(p);
  if (threadIdx.x == 0) *out = Op::finish(p);
}

template <class Op>
int run(const float* x, typename Op::Out* out, long long n, void* workspace, void* stream) {
  const auto s = static_cast<cudaStream_t>(stream);
  const auto left = static_cast<typename Op::Item*>(workspace);
  const long long wanted = ck::ceil_div(n, 16LL * WIDTH);
  const int blocks = static_cast<int>(wanted < 1 ? 1 : wanted > MOST_BLOCKS ? MOST_BLOCKS : wanted);
  gather<Op><<<blocks, WIDTH, 0, s>>>(x, n, left);
  CK_CHECK_LAUNCH();
  conclude<Op><<<1, WIDTH, 0, s>>>(left, blocks, out);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return run<Add>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return run<Largest>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  return run<WhereLargest>(x, index, n, workspace, stream);
}
