// Threads of one warp meet in shared memory with no __syncwarp between: since Volta they need not run in step.
#include "checkers.cuh"

__global__ void neighbour(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = in[t];                // OTHER
  out[t] = s[(t + 1) % 32];  // BUG: RACE_WARP | RAW hazard
}

POSITIVE(a_lane_reads_its_neighbour) {
  Buffer<int> in(32), out(32);
  neighbour<<<1, 32>>>(in, out);
}

__global__ void plain_tree(const float* x, float* sum) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t] + x[t + 64];
  __syncthreads();
  if (t < 32) {
    s[t] += s[t + 32];
    s[t] += s[t + 16];
    s[t] += s[t + 8];
    s[t] += s[t + 4];
    s[t] += s[t + 2];
    s[t] += s[t + 1];  // BUG: RACE_WARP (the compiler kept s[t] in a register: this is the only store)
  }
  if (t == 0) *sum = s[0];
}

STUDENT(warp_synchronous_tree) {
  Buffer<float> x(128), sum(1);
  plain_tree<<<1, 64>>>(x, sum);
}

__device__ void volatile_tail(volatile float* s, int t) {
  s[t] += s[t + 32];  // OTHER
  s[t] += s[t + 16];  // BUG: RACE_WARP
  s[t] += s[t + 8];   // BUG: RACE_WARP
  s[t] += s[t + 4];   // BUG: RACE_WARP
  s[t] += s[t + 2];   // BUG: RACE_WARP
  s[t] += s[t + 1];   // BUG: RACE_WARP
}

__global__ void volatile_tree(const float* x, float* sum) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  if (t < 32) volatile_tail(s, t);
  if (t == 0) *sum = s[0];
}

STUDENT(volatile_orders_nothing) {
  Buffer<float> x(64), sum(1);
  volatile_tree<<<1, 64>>>(x, sum);
}

__global__ void last_lane(int* out) {
  __shared__ int last[4];
  last[threadIdx.x / 32] = threadIdx.x;  // BUG: RACE_WARP | of one warp write different values in the same instruction
  __syncthreads();
  out[threadIdx.x] = last[threadIdx.x / 32];
}

SUBTLE(one_of_the_lanes_wins) {
  Buffer<int> out(128);
  last_lane<<<1, 128>>>(out);
}

__global__ void overwrite_own(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = in[t];
  __syncwarp();
  const int next = s[(t + 1) % 32];  // OTHER
  s[t] = next + 1;                     // BUG: RACE_WARP | WAR hazard
  __syncwarp();
  out[t] = s[t];
}

SUBTLE(write_after_the_neighbour_read) {
  Buffer<int> in(32), out(32);
  overwrite_own<<<1, 32>>>(in, out);
}

__global__ void neighbour_right(const int* in, int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = in[t];
  __syncwarp();
  const int next = s[(t + 1) % 32];
  __syncwarp();
  s[t] = next + 1;
  out[t] = s[t];
}

CONTROL(with_syncwarp) {
  Buffer<int> in(32), out(32);
  neighbour_right<<<1, 32>>>(in, out);
}

__global__ void shuffle_tree(const float* x, float* sum) {
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  if (t >= 32) return;
  float v = s[t] + s[t + 32];
  for (int d = 16; d; d /= 2) v += __shfl_down_sync(0xffffffffu, v, d);
  if (t == 0) *sum = v;
}

CONTROL(shuffles_in_the_last_warp) {
  Buffer<float> x(64), sum(1);
  shuffle_tree<<<1, 64>>>(x, sum);
}

__global__ void own_column(const int* in, int* out) {
  __shared__ int s[8][32];
  const int t = threadIdx.x;
  for (int k = 0; k < 8; k++) s[k][t] = in[k * 32 + t];
  int sum = 0;
  for (int k = 0; k < 8; k++) sum += s[7 - k][t];
  out[t] = sum;
}

CONTROL(each_lane_its_own_column) {
  Buffer<int> in(256), out(32);
  own_column<<<1, 32>>>(in, out);
}

__global__ void alone(int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  s[t] = t;  // OTHER
  __syncwarp(1u << t);
  out[t] = s[t ^ 1];  // BUG: RACE_WARP | RAW hazard
}

SUBTLE(each_lane_waits_for_itself) {
  Buffer<int> out(32);
  alone<<<1, 32>>>(out);
}

__global__ void halves(int* out) {
  __shared__ int s[32];
  const int t = threadIdx.x;
  if (t < 16) {
    s[t + 16] = t;  // OTHER
    __syncwarp(0x0000ffff);
  } else {
    __syncwarp(0xffff0000);
    out[t] = s[t];  // BUG: RACE_WARP | RAW hazard
  }
}

SUBTLE(each_half_waits_for_itself) {
  Buffer<int> out(32);
  halves<<<1, 32>>>(out);
}

__global__ void tiles(const int* in, int* out) {
  __shared__ int s[64];
  const int t = threadIdx.x, tile = t % 32 / 8;
  const unsigned mask = 0xffu << 8 * tile;
  int sum = in[t];
  for (int step = 4; step > 0; step /= 2) {
    s[t] = sum;
    __syncwarp(mask);
    sum += s[t ^ step];
    __syncwarp(mask);
  }
  if (t % 8 == 0) s[t] = 2 * sum;
  __syncwarp(mask);
  out[t] = s[t / 8 * 8];  // all of a tile read one word …
  __syncwarp(mask);
  if (t % 8 == 3) s[t / 8 * 8] = 0;  // … which one of them then overwrites
}

CONTROL(tiles_of_eight_with_their_masks) {
  Buffer<int> in(64), out(64);
  tiles<<<1, 64>>>(in, out);
}

__global__ void handed_on(int* out) {
  __shared__ int s;
  const int t = threadIdx.x;
  if (t == 0) s = 1;
  if (t < 2) __syncwarp(0x3);
  if (t == 1 || t == 2) __syncwarp(0x6);
  if (t == 2) out[0] = s;  // through lane 1, which knew of lane 0
}

CONTROL(from_lane_to_lane) {
  Buffer<int> out(1);
  handed_on<<<1, 32>>>(out);
}
