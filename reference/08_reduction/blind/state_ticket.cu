// A __device__ variable starts at zero, so the ticket needs no kernel that clears it.
#include <math_constants.h>

#include "ck/check.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int BLOCKS = 512;
constexpr long long NOWHERE = 0x7fffffffffffffffLL;

struct Best {
  float value;
  long long index;
};

struct SumKind {
  static constexpr int ticket = 0;
  typedef float State;
  typedef float Result;
  static __device__ float start() { return 0.0f; }
  static __device__ void take(float& s, float v, long long) { s += v; }
  static __device__ void merge(float& s, float o) { s += o; }
  static __device__ float finish(float s) { return s; }
};

struct MaxKind {
  static constexpr int ticket = 1;
  typedef float State;
  typedef float Result;
  static __device__ float start() { return -CUDART_INF_F; }
  static __device__ void take(float& s, float v, long long) { merge(s, v); }
  static __device__ void merge(float& s, float o) {
    if (o > s || isnan(o)) s = o;
  }
  static __device__ float finish(float s) { return s; }
};

struct ArgmaxKind {
  static constexpr int ticket = 2;
  typedef Best State;
  typedef long long Result;
  static __device__ Best start() { return Best{-CUDART_INF_F, NOWHERE}; }
  static __device__ void take(Best& s, float v, long long i) { merge(s, Best{v, i}); }
  static __device__ void merge(Best& s, const Best& o) {
    const bool s_nan = isnan(s.value), o_nan = isnan(o.value);
    const bool equal = (s_nan && o_nan) || s.value == o.value;
    const bool more = o_nan ? !s_nan : o.value > s.value;
    if (more || (equal && o.index < s.index)) s = o;
  }
  static __device__ long long finish(const Best& s) { return s.index == NOWHERE ? -1 : s.index; }
};

// One ticket for each of the three: they may be under way together.
__device__ unsigned tickets[3];

template <class K>
__device__ void in_block(typename K::State* shared) {
  for (int gap = THREADS / 2; gap >= 1; gap >>= 1) {
    __syncthreads();
    if (threadIdx.x < gap) K::merge(shared[threadIdx.x], shared[threadIdx.x + gap]);
  }
  __syncthreads();
}

template <class K>
__global__ void reduce(const float* x, typename K::Result* result, long long n, typename K::State* parts) {
  __shared__ typename K::State shared[THREADS];
  __shared__ bool i_am_last;
  typename K::State s = K::start();
  for (long long i = blockIdx.x * (long long)THREADS + threadIdx.x; i < n; i += (long long)THREADS * BLOCKS) K::take(s, x[i], i);
  shared[threadIdx.x] = s;
  in_block<K>(shared);
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = shared[0];
    __threadfence();
    i_am_last = atomicAdd(&tickets[K::ticket], 1u) == BLOCKS - 1;
  }
  __syncthreads();
  if (!i_am_last) return;
  __threadfence();
  s = K::start();
  for (int b = threadIdx.x; b < BLOCKS; b += THREADS) K::merge(s, parts[b]);
  shared[threadIdx.x] = s;
  in_block<K>(shared);
  if (threadIdx.x == 0) *result = K::finish(shared[0]);
}

template <class K>
int go(const float* x, typename K::Result* result, long long n, void* workspace, void* stream) {
  typename K::State* parts = (typename K::State*)workspace;
  reduce<K><<<BLOCKS, THREADS, 0, (cudaStream_t)stream>>>(x, result, n, parts);
  CK_CHECK_LAUNCH();
  return 0;
}

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return go<SumKind>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return go<MaxKind>(x, result, n, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  return go<ArgmaxKind>(x, index, n, workspace, stream);
}
