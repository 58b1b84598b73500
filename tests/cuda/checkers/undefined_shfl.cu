// Shuffles, votes and their like: lanes that aren't there, masks that are not so.
#include "checkers.cuh"

__global__ void tail_sum(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  if (t >= n) return;
  float v = x[t];
  for (int d = 16; d; d /= 2)
    v += __shfl_down_sync(0xffffffffu, v, d);  // BUG: UNDEFINED_SHFL
  if (t % 32 == 0) atomicAdd(sum, v);  // OTHER
}

STUDENT(full_mask_at_the_tail) {
  Buffer<float> x(64), sum(1);
  tail_sum<<<1, 64>>>(x, sum, 40);
}

__global__ void in_a_branch(const float* x, float* sum) {
  const int t = threadIdx.x;
  float v = 0;
  if (t % 32 < 20) {
    v = x[t];
    for (int d = 16; d; d /= 2)
      v += __shfl_down_sync(0xffffffffu, v, d);  // BUG: UNDEFINED_SHFL
  }
  if (t == 0) *sum = v;
}

STUDENT(full_mask_in_a_branch) {
  Buffer<float> x(64), sum(1);
  in_a_branch<<<1, 64>>>(x, sum);
}

__global__ void partial(const float* x, float* sum) {
  const int t = threadIdx.x;
  if (t >= 24) return;
  float v = x[t];
  for (int d = 16; d; d /= 2)
    v += __shfl_down_sync(0x00ffffffu, v, d);  // BUG: UNDEFINED_SHFL
  if (t == 0) *sum = v;  // OTHER
}

SUBTLE(sources_beyond_the_mask) {
  Buffer<float> x(64), sum(1);
  partial<<<1, 64>>>(x, sum);
}

__global__ void decides(const float* x, float* sum) {
  const int t = threadIdx.x;
  if (t >= 10) return;
  const float other = __shfl_down_sync(0x3ffu, x[t], 8);  // BUG: UNDEFINED_SHFL
  if (other > 3) atomicAdd(sum, 1.0f);  // OTHER
}

SUBTLE(an_undefined_value_decides) {
  Buffer<float> x(64), sum(1);
  decides<<<1, 64>>>(x, sum);
}

__global__ void not_in_its_own_mask(const int* x, int* out) {
  out[threadIdx.x] = __any_sync(0x0000ffffu, x[threadIdx.x] > 0);  // BUG: UNDEFINED_SHFL | its lane is not in the mask 0x0000ffff
}

SUBTLE(a_vote_without_oneself) {
  Buffer<int> x(32), out(32);
  not_in_its_own_mask<<<1, 32>>>(x, out);
}

__global__ void masked_tail(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  const unsigned mask = __ballot_sync(0xffffffffu, t < n);
  if (t >= n) return;
  float v = x[t];
  for (int d = 16; d; d /= 2) {
    const float other = __shfl_down_sync(mask, v, d);
    if (t + d < n) v += other;
  }
  if (t % 32 == 0) atomicAdd(sum, v);
}

CONTROL(mask_from_a_ballot) {
  Buffer<float> x(64), sum(1);
  masked_tail<<<1, 64>>>(x, sum, 40);
}

__global__ void zero_for_the_tail(const float* x, float* sum, int n) {
  const int t = threadIdx.x;
  float v = t < n ? x[t] : 0;
  for (int d = 16; d; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  if (t % 32 == 0) atomicAdd(sum, v);
}

CONTROL(the_tail_adds_zeros) {
  Buffer<float> x(64), sum(1);
  zero_for_the_tail<<<1, 64>>>(x, sum, 40);
}

__global__ void tiles_of_eight(const float* x, float* out) {
  const int t = threadIdx.x;
  float v = x[t];
  for (int d = 4; d; d /= 2) v += __shfl_xor_sync(0xffu << (t & 24), v, d, 8);
  out[t] = v;
}

CONTROL(a_mask_for_each_tile) {
  Buffer<float> x(32), out(32);
  tiles_of_eight<<<1, 32>>>(x, out);
}
