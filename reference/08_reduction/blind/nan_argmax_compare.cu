// One comparison tells which of two numbers is larger, and == finds the ties.
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
  typedef float State;
  typedef float Result;
  static __device__ float start() { return 0.0f; }
  static __device__ void take(float& s, float v, long long) { s += v; }
  static __device__ void merge(float& s, float o) { s += o; }
  static __device__ float finish(float s) { return s; }
};

struct MaxKind {
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
  typedef Best State;
  typedef long long Result;
  static __device__ Best start() { return Best{-CUDART_INF_F, NOWHERE}; }
  static __device__ void take(Best& s, float v, long long i) { merge(s, Best{v, i}); }
  static __device__ void merge(Best& s, const Best& o) {
    if (o.value > s.value || (o.value == s.value && o.index < s.index)) s = o;
  }
  static __device__ long long finish(const Best& s) { return s.index == NOWHERE ? -1 : s.index; }
};

__global__ void clear_ticket(unsigned* ticket) { *ticket = 0; }

template <class K>
__device__ void in_block(typename K::State* shared) {
  for (int gap = THREADS / 2; gap >= 1; gap >>= 1) {
    __syncthreads();
    if (threadIdx.x < gap) K::merge(shared[threadIdx.x], shared[threadIdx.x + gap]);
  }
  __syncthreads();
}

template <class K>
__global__ void reduce(const float* x, typename K::Result* result, long long n, unsigned* ticket, typename K::State* parts) {
  __shared__ typename K::State shared[THREADS];
  __shared__ bool i_am_last;
  typename K::State s = K::start();
  for (long long i = blockIdx.x * (long long)THREADS + threadIdx.x; i < n; i += (long long)THREADS * BLOCKS) K::take(s, x[i], i);
  shared[threadIdx.x] = s;
  in_block<K>(shared);
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = shared[0];
    __threadfence();
    i_am_last = atomicAdd(ticket, 1u) == BLOCKS - 1;
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
  unsigned* ticket = (unsigned*)workspace;
  typename K::State* parts = (typename K::State*)((char*)workspace + 256);
  clear_ticket<<<1, 1, 0, (cudaStream_t)stream>>>(ticket);
  CK_CHECK_LAUNCH();
  reduce<K><<<BLOCKS, THREADS, 0, (cudaStream_t)stream>>>(x, result, n, ticket, parts);
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
