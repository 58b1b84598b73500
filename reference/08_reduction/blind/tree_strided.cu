// Thinks that neighbouring threads should take neighbouring pairs: thread t adds at 2 * k * t, so lanes meet in one bank.
#include <climits>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr unsigned FULL = ~0u;
constexpr int WIDTH = 256, MOST_BLOCKS = 1024;

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

// Valid in thread 0.
template <class Op>
__device__ typename Op::Item over_block(typename Op::Item a) {
  __shared__ typename Op::Item all[WIDTH];
  all[threadIdx.x] = a;
  __syncthreads();
  for (int k = 1; k < WIDTH; k *= 2) {
    const int left = 2 * k * threadIdx.x;
    if (left < WIDTH) all[left] = Op::join(all[left], all[left + k]);
    __syncthreads();
  }
  return all[0];
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
