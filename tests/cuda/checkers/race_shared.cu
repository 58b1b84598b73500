// Threads of different warps meet in shared memory with no barrier between.
#include "checkers.cuh"

__global__ void reverse(const int* in, int* out) {
  __shared__ int s[64];
  const int t = threadIdx.x;
  s[t] = in[t];      // OTHER
  out[t] = s[63 - t];  // BUG: RACE_SHARED | RAW hazard at __shared__ 0x0 in block (0,0,0): read by thread (63,0,0), write by thread (0,0,0)
}

POSITIVE(read_before_the_barrier) {
  Buffer<int> in(64), out(64);
  reverse<<<1, 64>>>(in, out);
}

__global__ void gemm(const float* A, const float* B, float* C, int n) {
  __shared__ float a[16][16], b[16][16];
  const int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * 16 + y, column = blockIdx.x * 16 + x;
  float sum = 0;
  for (int k = 0; k < n; k += 16) {
    a[y][x] = A[row * n + k + x];       // BUG: RACE_WARP (a warp reads the rows that it wrote itself) | WAR hazard
    b[y][x] = B[(k + y) * n + column];  // OTHER
    __syncthreads();
    for (int i = 0; i < 16; i++)
      sum += a[y][i] * b[i][x];  // BUG: RACE_SHARED | hazard at __shared__
    // the second __syncthreads() is missing
  }
  C[row * n + column] = sum;
}

STUDENT(missing_second_barrier_in_gemm) {
  Buffer<float> a(32 * 32), b(32 * 32), c(32 * 32);
  gemm<<<dim3(2, 2), dim3(16, 16)>>>(a, b, c, 32);
}

__global__ void tree(const float* in, float* out) {
  __shared__ float s[256];
  const int t = threadIdx.x;
  s[t] = in[t];
  __syncthreads();
  for (int d = 128; d > 0; d /= 2)
    if (t < d) s[t] += s[t + d];  // BUG: RACE_SHARED
  if (t == 0) out[0] = s[0];
}

STUDENT(reduction_without_barriers) {
  Buffer<float> in(256), out(1);
  tree<<<1, 256>>>(in, out);
}

__global__ void leader(int* out) {
  __shared__ int chosen;
  if (threadIdx.x % 32 == 0) chosen = threadIdx.x;  // BUG: RACE_SHARED | WAW hazard
  __syncthreads();
  out[threadIdx.x] = chosen;
}

POSITIVE(every_warp_writes_its_own) {
  Buffer<int> out(128);
  leader<<<1, 128>>>(out);
}

__global__ void two_buffers(const float* in, float* out, int tiles) {
  __shared__ float s[2][64];
  const int t = threadIdx.x;
  float sum = 0;
  s[0][t] = in[t];
  for (int k = 0; k < tiles; k++) {
    __syncthreads();
    sum += s[k % 2][63 - t];                                         // OTHER
    if (k + 1 < tiles) s[k % 2][t] = in[(k + 1) * 64 + t];  // BUG: RACE_SHARED | WAR hazard
  }
  out[t] = sum;
}

STUDENT(buffer_reused_too_early) {
  Buffer<float> in(64 * 4), out(64);
  two_buffers<<<1, 64>>>(in, out, 1 + 1);
}

__global__ void scan_in_place(int* x) {
  __shared__ int s[128];
  const int t = threadIdx.x;
  s[t] = x[t];
  __syncthreads();
  for (int d = 1; d < 128; d *= 2) {
    if (t >= d) s[t] += s[t - d];  // BUG: RACE_SHARED
    __syncthreads();
  }
  x[t] = s[t];
}

STUDENT(scan_in_place_with_one_barrier) {
  Buffer<int> x(128);
  scan_in_place<<<1, 128>>>(x);
}

__global__ void shared_histogram(const unsigned char* in, unsigned* out) {
  __shared__ unsigned bins[256];
  const int t = threadIdx.x;
  bins[t] = 0;
  __syncthreads();
  bins[in[t]]++;  // BUG: RACE_SHARED
  __syncthreads();
  out[t] = bins[t];
}

STUDENT(shared_histogram_without_atomics) {
  Buffer<unsigned char> in(256);
  Buffer<unsigned> out(256);
  shared_histogram<<<1, 256>>>(in, out);
}

__global__ void result_of_thread_0(const float* in, float* out) {
  __shared__ float total;
  __shared__ float s[64];
  const int t = threadIdx.x;
  s[t] = in[t];
  __syncthreads();
  if (t == 0) {
    float sum = 0;
    for (int i = 0; i < 64; i++) sum += s[i];
    total = sum;  // OTHER
  }
  out[t] = s[t] / total;  // BUG: RACE_SHARED | RAW hazard
}

SUBTLE(everybody_reads_what_thread_0_computes) {
  Buffer<float> in(64), out(64);
  // thread 0's own warp waits for it behind the branch; the other one does not
  result_of_thread_0<<<1, 64>>>(in, out);
}

__global__ void aliased(float* out, int offset) {
  extern __shared__ float pool[];
  float *a = pool, *b = pool + offset;
  const int t = threadIdx.x;
  a[t] = 1;  // BUG: RACE_SHARED (the compiler stores b[t] first) | WAW hazard
  b[t] = 2;  // OTHER
  __syncthreads();
  out[t] = a[t] + b[t];
}

SUBTLE(arrays_of_one_pool_overlap) {
  Buffer<float> out(64);
  aliased<<<1, 64, 128 * sizeof(float)>>>(out, 32);
}

__global__ void atomic_and_plain(int* out) {
  __shared__ int count;
  if (threadIdx.x == 0) count = 0;
  __syncthreads();
  if (threadIdx.x < 32) atomicAdd(&count, 1);  // OTHER
  if (threadIdx.x == 40) out[0] = count;  // BUG: RACE_SHARED | RAW hazard
}

SUBTLE(a_plain_read_beside_atomics) {
  Buffer<int> out(1);
  atomic_and_plain<<<1, 64>>>(out);
}

__global__ void reverse_right(const int* in, int* out) {
  __shared__ int s[64];
  s[threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = s[63 - threadIdx.x];
}

CONTROL(with_the_barrier) {
  Buffer<int> in(64), out(64);
  reverse_right<<<1, 64>>>(in, out);
}

__global__ void gemm_right(const float* A, const float* B, float* C, int n) {
  __shared__ float a[16][16], b[16][16];
  const int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * 16 + y, column = blockIdx.x * 16 + x;
  float sum = 0;
  for (int k = 0; k < n; k += 16) {
    a[y][x] = A[row * n + k + x];
    b[y][x] = B[(k + y) * n + column];
    __syncthreads();
    for (int i = 0; i < 16; i++) sum += a[y][i] * b[i][x];
    __syncthreads();  // wait: slower threads still read this tile
  }
  C[row * n + column] = sum;
}

CONTROL(gemm_with_both_barriers) {
  Buffer<float> a(32 * 32), b(32 * 32), c(32 * 32);
  gemm_right<<<dim3(2, 2), dim3(16, 16)>>>(a, b, c, 32);
}

__global__ void two_buffers_right(const float* in, float* out, int tiles) {
  __shared__ float s[2][64];
  const int t = threadIdx.x;
  float sum = 0;
  s[0][t] = in[t];
  for (int k = 0; k < tiles; k++) {
    __syncthreads();
    if (k + 1 < tiles) s[(k + 1) % 2][t] = in[(k + 1) * 64 + t];  // the other buffer: its readers are behind the barrier
    sum += s[k % 2][63 - t];
  }
  out[t] = sum;
}

CONTROL(double_buffer_with_one_barrier) {
  Buffer<float> in(64 * 4), out(64);
  two_buffers_right<<<1, 64>>>(in, out, 4);
}

__global__ void same_value(int* out) {
  __shared__ int flag;
  if (threadIdx.x == 0) flag = 0;
  __syncthreads();
  if (threadIdx.x % 3 == 0) flag = 1;  // all write the same
  __syncthreads();
  out[threadIdx.x] = flag;
}

CONTROL(writers_of_one_value) {
  Buffer<int> out(128);
  same_value<<<1, 128>>>(out);
}

__global__ void bytes_of_a_word(unsigned char* out) {
  __shared__ unsigned char s[128];
  s[threadIdx.x] = static_cast<unsigned char>(threadIdx.x);
  __syncthreads();
  out[threadIdx.x] = s[127 - threadIdx.x];
}

CONTROL(neighbouring_bytes) {
  Buffer<unsigned char> out(128);
  bytes_of_a_word<<<1, 128>>>(out);
}

__global__ void atomics_only(int* out) {
  __shared__ int count;
  if (threadIdx.x == 0) count = 0;
  __syncthreads();
  atomicAdd(&count, 1);
  __syncthreads();
  if (threadIdx.x == 40) out[0] = count;
}

CONTROL(atomics_between_barriers) {
  Buffer<int> out(1);
  atomics_only<<<1, 64>>>(out);
}

__global__ void counts_behind_a_lock(int* out) {
  __shared__ int lock, count;
  if (threadIdx.x == 0) lock = count = 0;
  __syncthreads();
  if (threadIdx.x % 32 == 0) {
    while (atomicCAS(&lock, 0, 1) != 0) {
    }
    count++;
    __threadfence_block();
    atomicExch(&lock, 0);
  }
  __syncthreads();
  if (threadIdx.x == 0) *out = count;
}

CONTROL(a_spin_lock_with_its_fence) {
  Buffer<int> out(1);
  counts_behind_a_lock<<<1, 128>>>(out);
}

__global__ void counts_without_fence(int* out) {
  __shared__ int lock, count;
  if (threadIdx.x == 0) lock = count = 0;
  __syncthreads();
  if (threadIdx.x % 32 == 0) {
    while (atomicCAS(&lock, 0, 1) != 0) {
    }
    count++;  // BUG: RACE_SHARED
    atomicExch(&lock, 0);
  }
  __syncthreads();
  if (threadIdx.x == 0) *out = count;
}

SUBTLE(a_lock_given_back_without_a_fence) {
  Buffer<int> out(1);
  counts_without_fence<<<1, 128>>>(out);
}

__global__ void flag_between_warps(int* out) {
  __shared__ volatile int flag;
  __shared__ int data;
  if (threadIdx.x == 0) flag = 0;
  __syncthreads();
  if (threadIdx.x == 0) {
    data = 7;
    __threadfence_block();
    flag = 1;
  }
  if (threadIdx.x == 32) {
    while (flag == 0) {
    }
    __threadfence_block();
    *out = data;
  }
}

CONTROL(a_volatile_flag_behind_a_fence) {
  Buffer<int> out(1);
  flag_between_warps<<<1, 64>>>(out);
}
