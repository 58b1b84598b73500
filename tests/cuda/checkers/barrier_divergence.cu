// Barriers that not all threads reach, or that threads reach at different places; __syncwarp with a mask that is not so.
#include "checkers.cuh"

__global__ void load_and_sync(const float* in, float* out, int n) {
  __shared__ float s[128];
  const int t = threadIdx.x;
  s[t] = 0;
  if (t < n) {
    s[t] = in[t];
    __syncthreads();  // BUG: BARRIER_DIVERGENCE | Divergent thread(s) in warp
  }
  __syncthreads();
  out[t] = s[127 - t];
}

STUDENT(barrier_behind_the_guard) {
  Buffer<float> in(128), out(128);
  load_and_sync<<<1, 128>>>(in, out, 100);
}

__global__ void tree(const float* x, float* sum) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int d = 32; d; d /= 2)
    if (t < d) {
      s[t] += s[t + d];
      __syncthreads();  // BUG: BARRIER_DIVERGENCE
    }
  if (t == 0) *sum = s[0];
}

STUDENT(barrier_in_the_branch_of_a_tree) {
  Buffer<float> x(64), sum(1);
  tree<<<1, 64>>>(x, sum);
}

__global__ void two_barriers(int* out) {
  const int t = threadIdx.x;
  __shared__ int s[64];
  s[t] = t;
  if (t < 32) {
    __syncthreads();  // OTHER
    out[t] = s[t + 32];
  } else {
    __syncthreads();  // BUG: BARRIER_DIVERGENCE | thread (32,0,0) in block (0,0,0) came here while others wait at line 44
    out[t] = s[t - 32];
  }
}

SUBTLE(a_barrier_in_each_branch) {
  Buffer<int> out(64);
  two_barriers<<<1, 64>>>(out);
}

__global__ void own_trip_counts(const int* counts, int* out) {
  __shared__ int total;
  if (threadIdx.x == 0) total = 0;
  __syncthreads();
  for (int k = 0; k < counts[threadIdx.x]; k++) {
    atomicAdd(&total, 1);
    __syncthreads();  // BUG: BARRIER_DIVERGENCE
  }
  if (threadIdx.x == 0) out[0] = counts[0];
}

SUBTLE(loops_of_different_length) {
  Buffer<int> counts(64), out(1);
  int host[64];
  for (int i = 0; i < 64; i++) host[i] = 1 + i % 3;
  CHECK(cudaMemcpy(counts, host, sizeof host, cudaMemcpyHostToDevice));
  own_trip_counts<<<1, 64>>>(counts, out);
}

__global__ void half_a_warp(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = in[t];
  __syncwarp(0x0000ffffu);  // BUG: BARRIER_DIVERGENCE | thread (16,0,0) in block (0,0,0)
  out[t] = s[t];
}

SUBTLE(syncwarp_with_a_mask_of_half) {
  Buffer<int> in(32), out(32);
  half_a_warp<<<1, 32>>>(in, out);
}

__global__ void full_mask_for_half(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = 0;
  __syncwarp();
  if (t < 16) {
    s[t] = in[t];
    __syncwarp();  // BUG: BARRIER_DIVERGENCE | 0xffffffff
    out[t] = s[15 - t];
  }
  out[t] += 1;
}

SUBTLE(full_mask_in_a_branch) {
  Buffer<int> in(32), out(32);
  full_mask_for_half<<<1, 32>>>(in, out);
}

__global__ void early_return(const float* in, float* out, int n) {
  __shared__ float s[128];
  const int t = threadIdx.x;
  if (t >= n) return;
  s[t] = in[t];
  __syncthreads();
  out[t] = s[n - 1 - t];
}

CONTROL(threads_that_have_gone_home) {
  Buffer<float> in(128), out(128);
  early_return<<<1, 128>>>(in, out, 100);
}

__global__ void same_for_the_block(const float* in, float* out, int n) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  for (int base = blockIdx.x * 64; base < n; base += gridDim.x * 64) {
    if (base % 128 == 0) {
      s[t] = in[base + t];
      __syncthreads();
      out[base + t] = s[63 - t];
      __syncthreads();
    }
  }
}

CONTROL(a_condition_that_all_share) {
  Buffer<float> in(640), out(640);
  same_for_the_block<<<3, 64>>>(in, out, 640);
}

__global__ void right_mask(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = 0;
  __syncwarp();
  const unsigned mask = __ballot_sync(0xffffffffu, t < 16);
  if (t < 16) {
    s[t] = in[t];
    __syncwarp(mask);
    out[t] = s[15 - t];
  }
}

CONTROL(syncwarp_with_the_mask_of_the_branch) {
  Buffer<int> in(32), out(32);
  right_mask<<<1, 32>>>(in, out);
}

__global__ void both_branches(int* out) {
  __shared__ int s;
  if (threadIdx.x == 0) {
    s = 42;
    __syncwarp();
  } else {
    __syncwarp();  // another line, the same lanes: they wait for each other
    out[threadIdx.x] = s;
  }
}

CONTROL(syncwarp_in_both_branches) {
  Buffer<int> out(32);
  both_branches<<<1, 32>>>(out);
}

__global__ void shorter_loop(const int* counts, int* out) {
  __shared__ int s[64];
  const int t = threadIdx.x;
  s[t] = 0;
  for (int k = 0; k < counts[t / 32]; k++) {
    s[t] += k;
    __syncthreads();  // BUG: BARRIER_DIVERGENCE | while others came to line
  }
  __syncthreads();  // OTHER
  out[t] = s[63 - t];
}

STUDENT(a_barrier_in_a_loop_that_is_shorter_for_some_warps) {
  Buffer<int> counts(2), out(64);
  const int host[2] = {3, 2};
  CHECK(cudaMemcpy(counts, host, sizeof host, cudaMemcpyHostToDevice));
  shorter_loop<<<1, 64>>>(counts, out);
}
