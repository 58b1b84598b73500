// Stretches are given by their first and their last number.
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
  const long long last = begin + stretch < n ? begin + stretch : n - 1;
  float acc = 0.0f;
  for (long long i = begin + tid; i <= last; i += N_THREADS) acc += in[i];
  cache[tid] = acc;
  __syncthreads();
  for (int k = N_THREADS / 2; k != 0; k /= 2) {
    if (tid < k) cache[tid] += cache[tid + k];
    __syncthreads();
  }
  if (tid == 0) out[blockIdx.x] = cache[0];
}

__global__ void max_kernel(const float* in, long long n, long long stretch, float* out) {
  __shared__ float cache[N_THREADS];
  const int tid = threadIdx.x;
  const long long begin = blockIdx.x * stretch;
  const long long end = begin + stretch < n ? begin + stretch : n;
  float best = -INFINITY;
  for (long long i = begin + tid; i < end; i += N_THREADS) {
    const float v = in[i];
    if (larger(v, best)) best = v;
  }
  cache[tid] = best;
  __syncthreads();
  for (int k = N_THREADS / 2; k != 0; k /= 2) {
    if (tid < k && larger(cache[tid + k], cache[tid])) cache[tid] = cache[tid + k];
    __syncthreads();
  }
  if (tid == 0) out[blockIdx.x] = cache[0];
}

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

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  const Plan p = make_plan(n);
  float* part = (float*)workspace;
  max_kernel<<<p.blocks, N_THREADS, 0, (cudaStream_t)stream>>>(x, n, p.stretch, part);
  CK_CHECK_LAUNCH();
  max_kernel<<<1, N_THREADS, 0, (cudaStream_t)stream>>>(part, p.blocks, p.blocks, result);
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
