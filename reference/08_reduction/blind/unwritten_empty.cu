// Nothing to reduce is nothing to do.
#include <climits>
#include <cmath>

#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

using i64 = long long;
constexpr int kBlockSize = 128;
constexpr int kMostWarps = 4096;

struct Pair {
  float v;
  i64 i;
};

__device__ i64 global_thread() { return i64(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ i64 all_threads() { return i64(gridDim.x) * blockDim.x; }

__device__ float max2(float a, float b) { return a != a ? a : b != b ? b : a < b ? b : a; }

__device__ Pair best2(Pair a, Pair b) {
  const bool na = a.v != a.v, nb = b.v != b.v;
  if (na && nb) return a.i < b.i ? a : b;
  if (na) return a;
  if (nb) return b;
  if (a.v == b.v) return a.i < b.i ? a : b;
  return a.v > b.v ? a : b;
}

__device__ float warp_sum(float v) {
#pragma unroll
  for (int m = 1; m < 32; m *= 2) v += __shfl_xor_sync(~0u, v, m);
  return v;
}

__device__ float warp_max(float v) {
#pragma unroll
  for (int m = 1; m < 32; m *= 2) v = max2(v, __shfl_xor_sync(~0u, v, m));
  return v;
}

__device__ Pair warp_best(Pair p) {
#pragma unroll
  for (int m = 1; m < 32; m *= 2) {
    Pair q;
    q.v = __shfl_xor_sync(~0u, p.v, m);
    q.i = __shfl_xor_sync(~0u, p.i, m);
    p = best2(p, q);
  }
  return p;
}

// With one warp these finish the work: `out` is then the result.
__global__ void sum_warps(const float* x, i64 n, float* out) {
  float s = 0.0f;
  for (i64 i = global_thread(); i < n; i += all_threads()) s += x[i];
  s = warp_sum(s);
  if (threadIdx.x % 32 == 0) out[global_thread() / 32] = s;
}

__global__ void max_warps(const float* x, i64 n, float* out) {
  float s = -INFINITY;
  for (i64 i = global_thread(); i < n; i += all_threads()) s = max2(s, x[i]);
  s = warp_max(s);
  if (threadIdx.x % 32 == 0) out[global_thread() / 32] = s;
}

__global__ void argmax_warps(const float* x, i64 n, Pair* out) {
  Pair s{-INFINITY, LLONG_MAX};
  for (i64 i = global_thread(); i < n; i += all_threads()) s = best2(s, Pair{x[i], i});
  s = warp_best(s);
  if (threadIdx.x % 32 == 0) out[global_thread() / 32] = s;
}

__global__ void argmax_finish(const Pair* in, int n, i64* index) {
  Pair s{-INFINITY, LLONG_MAX};
  for (int i = threadIdx.x; i < n; i += 32) s = best2(s, in[i]);
  s = warp_best(s);
  if (threadIdx.x == 0) *index = s.i == LLONG_MAX ? -1 : s.i;
}

int blocks_for(i64 n) {
  const i64 want = ck::ceil_div<i64>(n, kBlockSize);
  const i64 most = kMostWarps * 32 / kBlockSize;
  return int(want < 1 ? 1 : want < most ? want : most);
}

int warps_of(int blocks) { return blocks * (kBlockSize / 32); }

}  // namespace

extern "C" int ck_reduce_sum(const float* x, float* result, i64 n, void* workspace, void* stream) {
  auto* partial = static_cast<float*>(workspace);
  if (n == 0) return cudaSuccess;
  const int blocks = blocks_for(n);
  sum_warps<<<blocks, kBlockSize, 0, cudaStream_t(stream)>>>(x, n, partial);
  CK_CHECK_LAUNCH();
  sum_warps<<<1, 32, 0, cudaStream_t(stream)>>>(partial, warps_of(blocks), result);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_reduce_max(const float* x, float* result, i64 n, void* workspace, void* stream) {
  auto* partial = static_cast<float*>(workspace);
  if (n == 0) return cudaSuccess;
  const int blocks = blocks_for(n);
  max_warps<<<blocks, kBlockSize, 0, cudaStream_t(stream)>>>(x, n, partial);
  CK_CHECK_LAUNCH();
  max_warps<<<1, 32, 0, cudaStream_t(stream)>>>(partial, warps_of(blocks), result);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

extern "C" int ck_reduce_argmax(const float* x, i64* index, i64 n, void* workspace, void* stream) {
  auto* partial = static_cast<Pair*>(workspace);
  if (n == 0) return cudaSuccess;
  const int blocks = blocks_for(n);
  argmax_warps<<<blocks, kBlockSize, 0, cudaStream_t(stream)>>>(x, n, partial);
  CK_CHECK_LAUNCH();
  argmax_finish<<<1, 32, 0, cudaStream_t(stream)>>>(partial, warps_of(blocks), index);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
