// Threads of different blocks meet in global memory within one launch, with nothing that orders them.
#include "checkers.cuh"

__global__ void histogram(const unsigned char* in, unsigned* bins, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) bins[in[i]]++;  // BUG: RACE_GLOBAL
}

STUDENT(histogram_without_atomics) {
  Buffer<unsigned char> in(64);
  Buffer<unsigned> bins(256);
  histogram<<<2, 32>>>(in, bins, 64);
}

__global__ void smooth_in_place(float* x, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0 || i + 1 >= n) return;
  x[i] = (x[i - 1] + x[i + 1] + 1) / 3;  // BUG: RACE_GLOBAL
}

STUDENT(stencil_in_place) {
  Buffer<float> x(128);
  smooth_in_place<<<4, 32>>>(x, 128);
}

__global__ void winner(int* out) {
  if (threadIdx.x == 0) out[0] = blockIdx.x;  // BUG: RACE_GLOBAL | WAW hazard
}

POSITIVE(every_block_writes_the_result) {
  Buffer<int> out(1);
  winner<<<4, 32>>>(out);
}

__global__ void last_block_sums(const float* in, float* partial, float* out) {
  if (threadIdx.x == 0) partial[blockIdx.x] = in[blockIdx.x * blockDim.x];  // OTHER
  if (blockIdx.x != gridDim.x - 1 || threadIdx.x != 0) return;
  float sum = 0;
#pragma unroll 1
  for (int b = 0; b < gridDim.x; b++)
    sum += partial[b];  // BUG: RACE_GLOBAL | RAW hazard
  out[0] = sum;
}

SUBTLE(the_last_block_need_not_be_last) {
  Buffer<float> in(256), partial(8), out(1);
  last_block_sums<<<8, 32>>>(in, partial, out);
}

__global__ void count_and_read(int* count, int* out) {
  if (threadIdx.x == 0) atomicAdd(count, 1);  // OTHER
  if (threadIdx.x == 0 && blockIdx.x == 3) out[0] = *count;  // BUG: RACE_GLOBAL
}

SUBTLE(a_plain_read_of_an_atomic_counter) {
  Buffer<int> count(1), out(1);
  count_and_read<<<4, 32>>>(count, out);
}

__global__ void overlapping_tiles(const int* in, int* out) {
  const int i = blockIdx.x * 28 + threadIdx.x;  // tiles of 32 that overlap by 4
  out[i] = in[i] + blockIdx.x;  // BUG: RACE_GLOBAL | WAW hazard
}

SUBTLE(tiles_that_overlap) {
  Buffer<int> in(128), out(128);
  overlapping_tiles<<<4, 32>>>(in, out);
}

__global__ void each_fences_for_itself(const float* in, float* copy, unsigned* tickets, float* out) {
  __shared__ bool last;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  copy[i] = in[i];  // OTHER
  __threadfence();
  if (threadIdx.x == 0) last = atomicAdd(tickets, 1) == gridDim.x - 1;
  __syncthreads();
  if (!last) return;
  out[threadIdx.x] =
      copy[i % 64];  // BUG: RACE_GLOBAL | : a __syncthreads() is missing between the first access with its __threadfence() and
}

SUBTLE(a_ticket_before_the_others_have_come) {
  Buffer<float> in(512), copy(512), out(64);
  Buffer<unsigned> tickets(1);
  each_fences_for_itself<<<8, 64>>>(in, copy, tickets, out);
}

__global__ void barrier_but_no_fence(const float* in, float* copy, unsigned* tickets, float* out) {
  __shared__ bool last;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  copy[i] = in[i];  // OTHER
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(tickets, 1) == gridDim.x - 1;
  __syncthreads();
  if (!last) return;
  out[threadIdx.x] =
      copy[i % 64];  // BUG: RACE_GLOBAL | : a __threadfence() is missing between the first access and the flag, lock or counter that told the second block of it
}

SUBTLE(a_ticket_without_fence) {
  Buffer<float> in(512), copy(512), out(64);
  Buffer<unsigned> tickets(1);
  barrier_but_no_fence<<<8, 64>>>(in, copy, tickets, out);
}

__global__ void one_fences_for_all(const float* in, float* copy, unsigned* tickets, float* out) {
  __shared__ bool last;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  copy[i] = in[i];  // OTHER
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(tickets, 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  out[threadIdx.x] =
      copy[i % 64];  // BUG: RACE_GLOBAL | or a __syncthreads() before the thread that set it
}

SUBTLE(a_fence_for_one_warp) {
  Buffer<float> in(512), copy(512), out(64);
  Buffer<unsigned> tickets(1);
  one_fences_for_all<<<8, 64>>>(in, copy, tickets, out);
}

__global__ void fence_and_barrier(const float* in, float* copy, unsigned* tickets, float* out) {
  __shared__ bool last;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  copy[i] = in[i];
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(tickets, 1) == gridDim.x - 1;
  __syncthreads();
  if (last) out[threadIdx.x] = copy[i % 64];
}

CONTROL(a_ticket_with_fence_and_barrier) {
  Buffer<float> in(512), copy(512), out(64);
  Buffer<unsigned> tickets(1);
  fence_and_barrier<<<8, 64>>>(in, copy, tickets, out);
}

__global__ void atomic_histogram(const unsigned char* in, unsigned* bins, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&bins[in[i]], 1u);
}

CONTROL(histogram_with_atomics) {
  Buffer<unsigned char> in(256);
  Buffer<unsigned> bins(256);
  atomic_histogram<<<8, 32>>>(in, bins, 256);
}

__global__ void smooth(const float* in, float* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i > 0 && i + 1 < n) out[i] = (in[i - 1] + in[i] + in[i + 1]) / 3;
}

CONTROL(stencil_from_one_buffer_to_another) {
  Buffer<float> a(128), b(128);
  smooth<<<4, 32>>>(a, b, 128);
  smooth<<<4, 32>>>(b, a, 128);
}

__device__ unsigned arrived;

__global__ void really_the_last(const float* in, float* partial, float* out) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = in[blockIdx.x * blockDim.x];
    __threadfence();
    last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last || threadIdx.x != 0) return;
  __threadfence();
  float sum = 0;
  for (int b = 0; b < gridDim.x; b++) sum += partial[b];
  out[0] = sum;
}

CONTROL(last_block_by_a_counter_and_a_fence) {
  Buffer<float> in(256), partial(8), out(1);
  really_the_last<<<8, 32>>>(in, partial, out);
}

__global__ void locked(int* mutex, int* counter) {
  if (threadIdx.x != 0) return;
  while (atomicCAS(mutex, 0, 1) != 0) {
  }
  __threadfence();
  counter[0] += 1;
  __threadfence();
  atomicExch(mutex, 0);
}

CONTROL(a_lock_between_blocks) {
  Buffer<int> mutex(1), counter(1);
  locked<<<8, 32>>>(mutex, counter);
}

__global__ void set_flag(int* flag) { flag[0] = 1; }

CONTROL(all_write_the_same) {
  Buffer<int> flag(1);
  set_flag<<<8, 32>>>(flag);
}

__global__ void own_bytes(unsigned char* out) { out[blockIdx.x * blockDim.x + threadIdx.x] = 1; }

CONTROL(blocks_that_share_a_word) {
  Buffer<unsigned char> out(8 * 33);
  own_bytes<<<8, 33>>>(out);
}

__global__ void compact_in_place(int* x, int* counts) {
  const int t = threadIdx.x, b = blockIdx.x, v = x[32 * b + t];
  const unsigned kept = __ballot_sync(~0u, v & 1);
  if (t == 0) atomicExch(&counts[b], 1 + __popc(kept));  // what it tells comes of what the block has read
  int at = __popc(kept & ((1u << t) - 1));
  for (int i = 0; i < b; i++) {
    int told;
    while ((told = atomicAdd(&counts[i], 0)) == 0) {
    }
    at += told - 1;
  }
  if (v & 1) x[at] = v;
}

CONTROL(written_where_others_have_read_and_told_so) {
  Buffer<int> x(32 * 8), counts(8);
  int numbers[32 * 8];
  for (int i = 0; i < 32 * 8; i++) numbers[i] = i;
  CHECK(cudaMemcpy(x, numbers, sizeof numbers, cudaMemcpyHostToDevice));
  compact_in_place<<<8, 32>>>(x, counts);
}

__global__ void compact_untold(int* x, int* counts) {
  const int t = threadIdx.x, b = blockIdx.x;
  if (t == 0) atomicExch(&counts[b], 17);
  if (b == 0) {
    const int v = x[t + 32];  // OTHER
    x[t] = v;
  } else {
    x[32 * b + t] = counts[b];  // BUG: RACE_GLOBAL
  }
}

SUBTLE(written_where_another_may_still_read) {
  Buffer<int> x(64), counts(2);
  compact_untold<<<2, 32>>>(x, counts);
}
