// Correct in another style: a single block of 32 warps, a single launch, the workspace unused. A maximum is found on integers that sort as
// the numbers do, so that NaN needs no second thought; for argmax value and place are packed into one 64-bit key as long as the place fits,
// a number of 2^31 elements at a time.
#include <cuda_runtime.h>

typedef unsigned long long u64;

// float -> unsigned that sorts alike: -inf ... -0 = +0 ... +inf < NaN. 0 stands for "none".
__device__ unsigned sortable(float f) {
  if (f != f) return 0xffffffffu;
  unsigned u = __float_as_uint(f + 0.0f);  // -0 becomes +0
  return u & 0x80000000u ? ~u : u | 0x80000000u;
}

__device__ float number(unsigned s) {
  if (s == 0xffffffffu) return __int_as_float(0x7fffffff);
  if (s == 0) return __int_as_float(0xff800000);
  return __uint_as_float(s & 0x80000000u ? s & 0x7fffffffu : ~s);
}

__global__ void __launch_bounds__(1024) sum_kernel(const float* x, float* result, long long n) {
  __shared__ float part[32];
  float s = 0.f;
  for (long long i = threadIdx.x; i < n; i += 1024) s += x[i];
  for (int m = 16; m; m >>= 1) s += __shfl_xor_sync(~0u, s, m);
  if (!(threadIdx.x & 31)) part[threadIdx.x >> 5] = s;
  __syncthreads();
  if (threadIdx.x >= 32) return;
  s = part[threadIdx.x];
  for (int m = 16; m; m >>= 1) s += __shfl_xor_sync(~0u, s, m);
  if (!threadIdx.x) result[0] = s;
}

__global__ void __launch_bounds__(1024) max_kernel(const float* x, float* result, long long n) {
  __shared__ unsigned best;
  if (threadIdx.x == 0) best = 0;
  __syncthreads();
  unsigned mine = 0;
  for (long long i = threadIdx.x; i < n; i += 1024) mine = max(mine, sortable(x[i]));
  mine = __reduce_max_sync(~0u, mine);
  if (threadIdx.x % 32 == 0) atomicMax(&best, mine);
  __syncthreads();
  if (threadIdx.x == 0) result[0] = number(best);
}

__global__ void __launch_bounds__(1024) argmax_kernel(const float* x, long long* index, long long n) {
  __shared__ u64 best;
  const long long chunk = 1LL << 31;
  unsigned top = 0;
  long long found = -1;
  for (long long base = 0; base < n; base += chunk) {
    if (threadIdx.x == 0) best = 0;
    __syncthreads();
    const long long count = n - base < chunk ? n - base : chunk;
    u64 mine = 0;
    for (long long i = threadIdx.x; i < count; i += 1024) {
      const u64 key = (u64)sortable(x[base + i]) << 32 | (0xffffffffu - (unsigned)i);  // the earlier of equals is larger
      mine = key > mine ? key : mine;
    }
    atomicMax(&best, mine);
    __syncthreads();
    const u64 key = best;
    if ((unsigned)(key >> 32) > top) {
      top = (unsigned)(key >> 32);
      found = base + (0xffffffffu - (unsigned)key);
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) index[0] = found;
}

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void*, void* stream) {
  sum_kernel<<<1, 1024, 0, (cudaStream_t)stream>>>(x, result, n);
  return cudaGetLastError();
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void*, void* stream) {
  max_kernel<<<1, 1024, 0, (cudaStream_t)stream>>>(x, result, n);
  return cudaGetLastError();
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void*, void* stream) {
  argmax_kernel<<<1, 1024, 0, (cudaStream_t)stream>>>(x, index, n);
  return cudaGetLastError();
}
