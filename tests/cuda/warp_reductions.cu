// Correct ways to sum within a warp. None of them may be taken for a fault.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

#include "check.cuh"

namespace cg = cooperative_groups;

__global__ void tree_with_syncwarp(const float* x, float* sum, int n) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  s[t] = t < n ? x[t] : 0;
  __syncthreads();
  for (int d = 128; d >= 32; d >>= 1) {
    if (t < d) s[t] += s[t + d];
    __syncthreads();
  }
  if (t < 32) {
    float v = s[t];
    for (int d = 16; d; d >>= 1) {
      __syncwarp();
      v += s[t + d];
      __syncwarp();
      s[t] = v;
    }
  }
  if (t == 0) *sum = s[0];
}

__global__ void shuffles(const float* x, float* sum, int n) {
  __shared__ float part[32];
  const int t = threadIdx.x, lane = t % 32;
  float v = 0;
  for (int i = t; i < n; i += blockDim.x) v += x[i];
  for (int d = 16; d; d >>= 1) v += __shfl_xor_sync(0xffffffffu, v, d);
  if (lane == 0) part[t / 32] = v;
  __syncthreads();
  if (t >= 32) return;  // whole warps
  v = t < blockDim.x / 32 ? part[t] : 0;
  for (int d = 16; d; d >>= 1) v += __shfl_down_sync(0xffffffffu, v, d);
  if (t == 0) *sum = v;
}

// The last warp is only partly there; what comes from lanes that aren't is thrown away.
__global__ void early_return_branch(const float* x, float* sum, int n) {
  const int t = threadIdx.x, lane = t % 32;
  if (t >= n) return;
  float v = x[t];
  const unsigned here = __activemask();
  for (int d = 16; d; d >>= 1) {
    const float other = __shfl_down_sync(here, v, d);
    if (lane + d < 32 && (here >> (lane + d) & 1)) v += other;
  }
  if (lane == 0) atomicAdd(sum, v);
}

__global__ void early_return_select(const float* x, float* sum, int n) {
  const int t = threadIdx.x, lane = t % 32, last = min(32, n - t / 32 * 32);
  const unsigned here = __ballot_sync(0xffffffffu, t < n);
  if (t < n) {
    float v = x[t];
    for (int d = 16; d; d >>= 1) {
      const float other = __shfl_down_sync(here, v, d);
      v += lane + d < last ? other : 0.0f;
    }
    if (lane == 0) atomicAdd(sum, v);
  }
}

__global__ void maximum(const float* x, float* sum, int n) {
  const int t = threadIdx.x, lane = t % 32;
  unsigned best = 0;
  for (int i = t; i < n; i += blockDim.x) best = max(best, unsigned(x[i]));
  best = __reduce_max_sync(0xffffffffu, best);
  if (lane == 0) atomicMax(reinterpret_cast<unsigned*>(sum), best);
}

__global__ void groups(const float* x, float* sum, int n) {
  const cg::thread_block block = cg::this_thread_block();
  const auto warp = cg::tiled_partition<32>(block);
  const auto eight = cg::tiled_partition<8>(block);
  float v = 0;
  for (int i = block.thread_rank(); i < n; i += block.size()) v += x[i];
  v = cg::reduce(eight, v, cg::plus<float>());
  float one = eight.thread_rank() == 0 ? v : 0;
  for (int d = warp.size() / 2; d; d /= 2) one += warp.shfl_down(one, d);
  if (warp.thread_rank() == 0) atomicAdd(sum, one);
  if (warp.meta_group_rank() == 0 && warp.thread_rank() % 3 == 0) {
    const auto some = cg::coalesced_threads();
    const int total = cg::reduce(some, 1, cg::plus<int>());
    if (some.thread_rank() == 0 && total != 11) *sum = -1;
  }
}

using Kernel = void (*)(const float*, float*, int);

static float result_of(Kernel kernel, const float* x, float* sum, int n) {
  CHECK(cudaMemset(sum, 0, sizeof(float)));
  kernel<<<1, 256>>>(x, sum, n);
  CHECK(cudaGetLastError());
  float result;
  CHECK(cudaMemcpy(&result, sum, sizeof result, cudaMemcpyDeviceToHost));
  return result;
}

int main() {
  const int n = 201;
  float host[n], want = 0;
  for (int i = 0; i < n; ++i) want += host[i] = float(i * 7 % 23);
  float *x, *sum;
  CHECK(cudaMalloc(&x, sizeof host));
  CHECK(cudaMalloc(&sum, sizeof(float)));
  CHECK(cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice));
  for (Kernel kernel : {tree_with_syncwarp, shuffles, early_return_branch, early_return_select, groups})
    EXPECT(result_of(kernel, x, sum, n) == want);
  const float most = result_of(maximum, x, sum, n);
  unsigned bits;
  std::memcpy(&bits, &most, sizeof bits);
  EXPECT(bits == 22);
  CHECK(cudaFree(x));
  CHECK(cudaFree(sum));
  return pass();
}
