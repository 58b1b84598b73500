// Blocks meet in one atomicMax on a __device__ word that begins below every number.
#include <cmath>

#include "ck/check.cuh"
#include "ck/math.cuh"

#define N_THREADS 1024
#define MOST_BLOCKS 128
#define NO_INDEX 0x7fffffffffffffffLL

// Each block works on a stretch of its own.
struct Plan {
  int blocks;
  long long stretch;
};

static Plan make_plan(long long n) {
  Plan p;
  long long tiles = ck::ceil_div<long long>(n, N_THREADS);
  p.blocks = int(tiles > MOST_BLOCKS ? MOST_BLOCKS : tiles < 1 ? 1 : tiles);
  p.stretch = ck::ceil_div<long long>(n, p.blocks);
  return p;
}

__device__ bool larger(float a, float b) {
  if (isnan(b)) return false;
  return isnan(a) || a > b;
}

__device__ bool equal(float a, float b) { return a == b || (isnan(a) && isnan(b)); }

__global__ void sum_kernel(const float* in, long long n, long long stretch, float* out) {
  __shared__ float cache[N_THREADS];
  const int tid = threadIdx.x;
  const long long begin = blockIdx.x * stretch;
  const long long end = begin + stretch < n ? begin + stretch : n;
  float acc = 0.0f;
  for (long long i = begin + tid; i < end; i += N_THREADS) acc += in[i];
  cache[tid] = acc;
  __syncthreads();
  for (int k = N_THREADS / 2; k != 0; k /= 2) {
    if (tid < k) cache[tid] += cache[tid + k];
    __syncthreads();
  }
  if (tid == 0) out[blockIdx.x] = cache[0];
}

// Floats as unsigned numbers of the same order: NaN on top, both zeros the same, 0 below everything.
__device__ unsigned to_key(float v) {
  if (isnan(v)) return 0xffffffffu;
  const unsigned bits = v == 0.0f ? 0u : __float_as_uint(v);
  return (bits & 0x80000000u) ? ~bits : (bits | 0x80000000u);
}

__device__ float from_key(unsigned key) {
  if (key == 0) return -INFINITY;
  return __uint_as_float((key & 0x80000000u) ? (key ^ 0x80000000u) : ~key);
}

__device__ unsigned best_key = 0;

__global__ void max_kernel(const float* in, long long n, long long stretch) {
  __shared__ unsigned cache[N_THREADS];
  const int tid = threadIdx.x;
  const long long begin = blockIdx.x * stretch;
  const long long end = begin + stretch < n ? begin + stretch : n;
  unsigned best = 0;
  for (long long i = begin + tid; i < end; i += N_THREADS) best = max(best, to_key(in[i]));
  cache[tid] = best;
  __syncthreads();
  for (int k = N_THREADS / 2; k != 0; k /= 2) {
    if (tid < k) cache[tid] = max(cache[tid], cache[tid + k]);
    __syncthreads();
  }
  if (tid == 0) atomicMax(&best_key, cache[0]);
}

__global__ void max_result(float* out) { *out = from_key(best_key); }

// in_index is null in the first launch: there a number's index is its place.
__global__ void argmax_kernel(const float* in, const long long* in_index, long long n, long long stretch, float* out,
                              long long* out_index) {
  __shared__ float cache[N_THREADS];
  __shared__ long long where[N_THREADS];
  const int tid = threadIdx.x;
  const long long begin = blockIdx.x * stretch;
  const long long end = begin + stretch < n ? begin + stretch : n;
  float best = -INFINITY;
  long long best_at = NO_INDEX;
  for (long long i = begin + tid; i < end; i += N_THREADS) {
    const float v = in[i];
    const long long at = in_index ? in_index[i] : i;
    if (larger(v, best) || (equal(v, best) && at < best_at)) {
      best = v;
      best_at = at;
    }
  }
  cache[tid] = best;
  where[tid] = best_at;
  __syncthreads();
  for (int k = N_THREADS / 2; k != 0; k /= 2) {
    if (tid < k) {
      const float v = cache[tid + k];
      const long long at = where[tid + k];
      if (larger(v, cache[tid]) || (equal(v, cache[tid]) && at < where[tid])) {
        cache[tid] = v;
        where[tid] = at;
      }
    }
    __syncthreads();
  }
  if (tid == 0) {
    if (out) out[blockIdx.x] = cache[0];
    out_index[blockIdx.x] = where[0] == NO_INDEX ? (out ? NO_INDEX : -1) : where[0];
  }
}

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  const Plan p = make_plan(n);
  float* part = (float*)workspace;
  sum_kernel<<<p.blocks, N_THREADS, 0, (cudaStream_t)stream>>>(x, n, p.stretch, part);
  CK_CHECK_LAUNCH();
  sum_kernel<<<1, N_THREADS, 0, (cudaStream_t)stream>>>(part, p.blocks, p.blocks, result);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void*, void* stream) {
  const Plan p = make_plan(n);
  max_kernel<<<p.blocks, N_THREADS, 0, (cudaStream_t)stream>>>(x, n, p.stretch);
  CK_CHECK_LAUNCH();
  max_result<<<1, 1, 0, (cudaStream_t)stream>>>(result);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  const Plan p = make_plan(n);
  long long* where = (long long*)workspace;
  float* part = (float*)(where + MOST_BLOCKS);
  argmax_kernel<<<p.blocks, N_THREADS, 0, (cudaStream_t)stream>>>(x, nullptr, n, p.stretch, part, where);
  CK_CHECK_LAUNCH();
  argmax_kernel<<<1, N_THREADS, 0, (cudaStream_t)stream>>>(part, where, p.blocks, p.blocks, nullptr, index);
  CK_CHECK_LAUNCH();
  return 0;
}
