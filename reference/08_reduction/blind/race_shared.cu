// Every warp leaves its result, and the first warp picks them up.
#include <climits>
#include <cmath>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int kBlock = 512;
constexpr int kWarps = kBlock / 32;
constexpr int kGrid = 128;
constexpr unsigned kFull = 0xffffffffu;

struct At {
  float v;
  long long i;
};

struct Add {
  __device__ float operator()(float a, float b) const { return a + b; }
};

struct Larger {
  __device__ float operator()(float a, float b) const { return (a > b || isnan(a)) ? a : b; }
};

struct Earliest {
  __device__ At operator()(At a, At b) const {
    const bool same = isnan(a.v) ? isnan(b.v) : a.v == b.v;
    if (same) return a.i < b.i ? a : b;
    return (isnan(a.v) || a.v > b.v) ? a : b;
  }
};

template <class T>
__device__ T make(float v, long long i);
template <>
__device__ float make<float>(float v, long long) {
  return v;
}
template <>
__device__ At make<At>(float v, long long i) {
  return {v, i};
}

__device__ float below(float v, int by) { return __shfl_down_sync(kFull, v, by); }
__device__ At below(At a, int by) { return {__shfl_down_sync(kFull, a.v, by), __shfl_down_sync(kFull, a.i, by)}; }

__device__ void put(float* result, float v) { *result = v; }
__device__ void put(long long* index, At a) { *index = a.i == LLONG_MAX ? -1 : a.i; }

template <class T, class F>
__device__ T block_reduce(T v, T none, F join) {
  __shared__ T part[kWarps];
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  for (int by = 16; by > 0; by /= 2) v = join(v, below(v, by));
  if (lane == 0) part[warp] = v;
  if (warp == 0) {
    v = lane < kWarps ? part[lane] : none;
    for (int by = 16; by > 0; by /= 2) v = join(v, below(v, by));
  }
  return v;
}

template <class T, class F>
__global__ void __launch_bounds__(kBlock) pass1(const float* x, long long n, T none, F join, T* part) {
  const auto* x4 = reinterpret_cast<const float4*>(x);
  const long long vectors = n / 4;
  const long long me = (long long)blockIdx.x * kBlock + threadIdx.x;
  T a = none, b = none, c = none, d = none;
  for (long long i = me; i < vectors; i += (long long)gridDim.x * kBlock) {
    const float4 v = x4[i];
    a = join(a, make<T>(v.x, 4 * i));
    b = join(b, make<T>(v.y, 4 * i + 1));
    c = join(c, make<T>(v.z, 4 * i + 2));
    d = join(d, make<T>(v.w, 4 * i + 3));
  }
  if (me < n - 4 * vectors) a = join(a, make<T>(x[4 * vectors + me], 4 * vectors + me));
  a = block_reduce(join(join(a, b), join(c, d)), none, join);
  if (threadIdx.x == 0) part[blockIdx.x] = a;
}

template <class T, class F, class R>
__global__ void __launch_bounds__(kBlock) pass2(const T* part, int parts, T none, F join, R* result) {
  T v = int(threadIdx.x) < parts ? part[threadIdx.x] : none;
  v = block_reduce(v, none, join);
  if (threadIdx.x == 0) put(result, v);
}

template <class T, class F, class R>
int both(const float* x, long long n, T none, F join, R* result, void* workspace, void* stream) {
  cudaStream_t st = (cudaStream_t)stream;
  T* part = (T*)workspace;
  const long long want = ck::ceil_div(n, 4LL * kBlock);
  const int grid = want < 1 ? 1 : want > kGrid ? kGrid : int(want);
  pass1<<<grid, kBlock, 0, st>>>(x, n, none, join, part);
  CK_CHECK_LAUNCH();
  pass2<<<1, kBlock, 0, st>>>(part, grid, none, join, result);
  CK_CHECK_LAUNCH();
  return 0;
}

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return both(x, n, 0.0f, Add{}, result, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return both(x, n, -INFINITY, Larger{}, result, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  return both(x, n, At{-INFINITY, LLONG_MAX}, Earliest{}, index, workspace, stream);
}
