// Values that nobody wrote.
#include "checkers.cuh"

__global__ void accumulate(const float* in, float* sum) {
  sum[threadIdx.x] += in[threadIdx.x];  // BUG: UNINIT_READ | Uninitialized __global__ memory read of size 4 bytes by thread (0,0,0)
}

STUDENT(accumulator_of_cudaMalloc) {
  Buffer<float> in(32), sum(32, Content::none);
  accumulate<<<1, 32>>>(in, sum);
}

__global__ void sum_up(const int* in, int* out, int n) {
  int total = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x)
    total += in[i];  // BUG: UNINIT_READ | byte 64 of cudaMalloc #1 (256 bytes) was never written
  out[threadIdx.x] = total;
}

STUDENT(memset_counts_bytes) {
  Buffer<int> in(64, Content::none), out(32);
  CHECK(cudaMemset(in, 0, 64));
  sum_up<<<1, 32>>>(in, out, 64);
}

__global__ void block_histogram(const unsigned char* in, unsigned* out) {
  __shared__ unsigned bins[256];
  atomicAdd(&bins[in[threadIdx.x]], 1u);  // BUG: UNINIT_READ | Uninitialized __shared__ memory
  __syncthreads();
  out[threadIdx.x] = bins[in[threadIdx.x]];
}

STUDENT(shared_bins_never_cleared) {
  Buffer<unsigned char> in(64);
  Buffer<unsigned> out(64);
  block_histogram<<<1, 64>>>(in, out);
}

__global__ void few_warp_sums(const int* in, int* out) {
  __shared__ int sums[32];
  const int t = threadIdx.x;
  int v = __reduce_add_sync(0xffffffffu, in[t]);
  if (t % 32 == 0) sums[t / 32] = v;
  __syncthreads();
  if (t >= 32) return;
  v = sums[t];  // BUG: UNINIT_READ | Uninitialized __shared__ memory read of size 4 bytes by thread (4,0,0) in block (0,0,0)
  v = __reduce_add_sync(0xffffffffu, v);
  if (t == 0) out[0] = v;
}

SUBTLE(fewer_warps_than_partial_sums) {
  Buffer<int> in(128), out(1);
  few_warp_sums<<<1, 128>>>(in, out);
}

__global__ void blur(const float* in, float* out, int n) {
  __shared__ float tile[66];
  const int t = threadIdx.x, i = blockIdx.x * 64 + t;
  tile[t + 1] = i < n ? in[i] : 0;
  if (t == 0 && i > 0) tile[0] = in[i - 1];
  if (t == 63 && i + 1 < n) tile[65] = in[i + 1];
  __syncthreads();
  if (i < n) out[i] = tile[t] + tile[t + 1] + tile[t + 2];  // BUG: UNINIT_READ | in block (0,0,0)
}

SUBTLE(the_halo_at_the_border) {
  Buffer<float> in(128), out(128);
  blur<<<2, 64>>>(in, out, 128);
}

__global__ void evens(float* x) { x[2 * threadIdx.x] = 1; }
__global__ void all_of(const float* x, float* out) {
  out[threadIdx.x] = x[threadIdx.x];  // BUG: UNINIT_READ | byte 4 of cudaMalloc #1 (128 bytes)
}

SUBTLE(every_second_by_an_earlier_kernel) {
  Buffer<float> x(32, Content::none), out(32);
  evens<<<1, 16>>>(x);
  all_of<<<1, 32>>>(x, out);
}

__global__ void exchange_and_look(int* last, int* out) {
  const int before =
      atomicExch(&last[threadIdx.x], 1);  // BUG: UNINIT_READ | byte 0 of cudaMalloc #1 (128 bytes) was never written
  out[threadIdx.x] = before;
}

SUBTLE(the_result_of_an_exchange) {
  Buffer<int> last(32, Content::none), out(32);
  exchange_and_look<<<1, 32>>>(last, out);
}

__global__ void exchange_in_the_block(int* out) {
  __shared__ int last;
  const int before =
      atomicExch(&last, threadIdx.x);  // BUG: UNINIT_READ | Uninitialized __shared__ memory
  out[threadIdx.x] = before;
}

SUBTLE(the_result_of_an_exchange_in_the_block) {
  Buffer<int> out(32);
  exchange_in_the_block<<<1, 32>>>(out);
}

__global__ void unlock_first(int* lock, unsigned long long* wide, int* out) {
  __shared__ int turn;
  if (threadIdx.x == 0) {
    atomicExch(lock, 0);
    atomicExch(wide, 1ull);
    atomicExch(&turn, 7);
  }
  __syncthreads();
  out[threadIdx.x] = turn;
}
__global__ void lock_and_unlock(int* lock, unsigned long long* wide, int* out) {
  while (atomicCAS(lock, 0, 1) != 0) {
  }
  out[threadIdx.x] = int(*wide);
  atomicExch(lock, 0);
}

CONTROL(an_exchange_that_only_writes) {
  Buffer<int> lock(1, Content::none), out(32);
  Buffer<unsigned long long> wide(1, Content::none);
  unlock_first<<<1, 32>>>(lock, wide, out);
  lock_and_unlock<<<1, 1>>>(lock, wide, out);
}

__global__ void cleared_histogram(const unsigned char* in, unsigned* out) {
  __shared__ unsigned bins[256];
  for (int k = threadIdx.x; k < 256; k += blockDim.x) bins[k] = 0;
  __syncthreads();
  atomicAdd(&bins[in[threadIdx.x]], 1u);
  __syncthreads();
  for (int k = threadIdx.x; k < 256; k += blockDim.x) out[k] = bins[k];
}

CONTROL(shared_bins_cleared) {
  Buffer<unsigned char> in(64);
  Buffer<unsigned> out(256);
  cleared_histogram<<<1, 64>>>(in, out);
}

__global__ void guarded_sums(const int* in, int* out) {
  __shared__ int sums[32];
  const int t = threadIdx.x;
  int v = __reduce_add_sync(0xffffffffu, in[t]);
  if (t % 32 == 0) sums[t / 32] = v;
  __syncthreads();
  if (t >= 32) return;
  v = t < blockDim.x / 32 ? sums[t] : 0;
  v = __reduce_add_sync(0xffffffffu, v);
  if (t == 0) out[0] = v;
}

CONTROL(partial_sums_with_a_guard) {
  Buffer<int> in(128), out(1);
  guarded_sums<<<1, 128>>>(in, out);
}

__global__ void odds(float* x) { x[2 * threadIdx.x + 1] = 1; }
__global__ void of_both(const float* x, float* out) { out[threadIdx.x] = x[threadIdx.x]; }

CONTROL(written_by_two_kernels) {
  Buffer<float> x(32, Content::none), out(32, Content::none);
  evens<<<1, 16>>>(x);
  odds<<<1, 16>>>(x);
  of_both<<<1, 32>>>(x, out);
}

struct Padded {
  float value;
  long long key;
};

__global__ void copy_records(const Padded* in, Padded* out) { out[threadIdx.x] = in[threadIdx.x]; }
__global__ void write_records(Padded* out) {
  out[threadIdx.x].value = 1;
  out[threadIdx.x].key = 2;
}

CONTROL(holes_in_records) {
  Buffer<Padded> a(32, Content::none), b(32, Content::none);
  write_records<<<1, 32>>>(a);
  copy_records<<<1, 32>>>(a, b);
}
