// With a single block its partial result is the whole result, and the second kernel has nothing left to join.
#include <climits>
#include <math_constants.h>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int kThreads = 256;
constexpr int kMaxBlocks = 512;

struct Spot {
  float v;
  long long at;
};

struct Sum {
  using Item = float;
  using Out = float;
  __device__ static Item none() { return 0.0f; }
  __device__ static Item item(float v, long long) { return v; }
  __device__ static Item join(Item a, Item b) { return a + b; }
  __device__ static Out out(Item a) { return a; }
};

struct Max {
  using Item = float;
  using Out = float;
  __device__ static Item none() { return -CUDART_INF_F; }
  __device__ static Item item(float v, long long) { return v; }
  __device__ static Item join(Item a, Item b) { return (a > b || a != a) ? a : b; }
  __device__ static Out out(Item a) { return a; }
};

struct Argmax {
  using Item = Spot;
  using Out = long long;
  __device__ static Item none() { return {-CUDART_INF_F, LLONG_MAX}; }
  __device__ static Item item(float v, long long i) { return {v, i}; }
  __device__ static Item join(Item a, Item b) {
    const bool a_nan = a.v != a.v;
    const bool b_nan = b.v != b.v;
    if (a_nan != b_nan) return a_nan ? a : b;
    if (a.v > b.v) return a;
    if (b.v > a.v) return b;
    return a.at < b.at ? a : b;
  }
  __device__ static Out out(Item a) { return a.at == LLONG_MAX ? -1 : a.at; }
};

// Folds one item of each thread; thread 0 gets the result.
template <class Op>
__device__ typename Op::Item fold(typename Op::Item mine) {
  __shared__ typename Op::Item s[kThreads];
  const int t = threadIdx.x;
  s[t] = mine;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (t < half) s[t] = Op::join(s[t], s[t + half]);
    __syncthreads();
  }
  return s[0];
}

template <class Op>
__global__ void first(const float* x, typename Op::Item* partial, long long n) {
  typename Op::Item mine = Op::none();
  const long long step = 2LL * kThreads * gridDim.x;
  for (long long i = 2LL * kThreads * blockIdx.x + threadIdx.x; i < n; i += step) {
    mine = Op::join(mine, Op::item(x[i], i));
    if (i + kThreads < n) mine = Op::join(mine, Op::item(x[i + kThreads], i + kThreads));
  }
  mine = fold<Op>(mine);
  if (threadIdx.x == 0) partial[blockIdx.x] = mine;
}

template <class Op>
__global__ void second(const typename Op::Item* partial, int count, typename Op::Out* out) {
  typename Op::Item mine = Op::none();
  for (int i = threadIdx.x; i < count; i += kThreads) mine = Op::join(mine, partial[i]);
  mine = fold<Op>(mine);
  if (threadIdx.x == 0) *out = Op::out(mine);
}

template <class Op>
int run(const float* x, typename Op::Out* out, long long n, void* workspace, void* stream) {
  const auto s = static_cast<cudaStream_t>(stream);
  auto* partial = static_cast<typename Op::Item*>(workspace);
  long long blocks = ck::ceil_div(n, 2LL * kThreads);
  if (blocks < 1) blocks = 1;
  if (blocks > kMaxBlocks) blocks = kMaxBlocks;
  first<Op><<<unsigned(blocks), kThreads, 0, s>>>(x, partial, n);
  CK_CHECK_LAUNCH();
  if (blocks > 1) {
    second<Op><<<1, kThreads, 0, s>>>(partial, int(blocks), out);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return run<Sum>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return run<Max>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  return run<Argmax>(x, index, n, workspace, stream);
}
