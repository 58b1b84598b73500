// Writes outside of what they belong to, atomics among them, and copies that are too long.
#include "checkers.cuh"

__global__ void fill(int* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = i;  // BUG: OOB_WRITE | write of size 4 bytes by thread (104,0,0) in block (7,0,0)
}

STUDENT(no_guard) {
  Buffer<int> out(1000);
  fill<<<8, 128>>>(out, 1000);
}

__global__ void up_to_n(float* out, int n) {
  for (int i = threadIdx.x; i <= n; i += blockDim.x)
    out[i] = 0;  // BUG: OOB_WRITE | right after the end of cudaMalloc #1 (400 bytes)
}

POSITIVE(less_or_equal) {
  Buffer<float> out(100);
  up_to_n<<<1, 32>>>(out, 100);
}

__global__ void wrong_dimension(float* out, int rows, int columns) {
  const int column = blockIdx.x * blockDim.x + threadIdx.x;
  const int row = blockIdx.y * blockDim.x + threadIdx.y;  // blockDim.y was meant
  if (column < columns) out[row * columns + column] = 1;  // BUG: OOB_WRITE | in block (0,2,0)
}

STUDENT(block_dimensions_confused) {
  Buffer<float> out(64 * 32);
  wrong_dimension<<<dim3(1, 8), dim3(32, 8)>>>(out, 64, 32);
}

__global__ void swapped(const float* in, float* out, int rows, int columns) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x, column = blockIdx.y * blockDim.y + threadIdx.y;
  if (row >= columns || column >= rows) return;  // the guard is swapped along with them
  out[row * columns + column] = 2;               // BUG: OOB_WRITE
}

STUDENT(block_indices_mixed_up) {
  Buffer<float> in(32 * 96), out(32 * 96);
  swapped<<<dim3(6, 2), dim3(16, 16)>>>(in, out, 32, 96);
}

__global__ void small_tile(const float* in, float* out) {
  __shared__ float tile[32];
  tile[threadIdx.x] = in[threadIdx.x];  // BUG: OOB_WRITE | the block has 128 bytes of shared memory
  __syncthreads();
  out[threadIdx.x] = tile[31 - threadIdx.x % 32];
}

STUDENT(shared_array_too_small) {
  Buffer<float> in(64), out(64);
  small_tile<<<1, 64>>>(in, out);
}

__global__ void in_dynamic(const float* in, float* out) {
  extern __shared__ float dynamic[];
  dynamic[threadIdx.x] = in[threadIdx.x];  // BUG: OOB_WRITE | Invalid __shared__ write of size 4 bytes by thread (16,0,0)
  __syncthreads();
  out[threadIdx.x] = dynamic[0];
}

STUDENT(shared_bytes_without_sizeof) {
  Buffer<float> in(64), out(64);
  in_dynamic<<<1, 64, 64>>>(in, out);
}

__global__ void add_one(float* x, int n) {
  const int i = threadIdx.x;
  if (i < n) x[i] += 1;  // BUG: OOB_READ | right after the end of cudaMalloc #1 (64 bytes)
}

STUDENT(allocated_without_sizeof) {
  float* x;
  CHECK(cudaMalloc(&x, 64));
  CHECK(cudaMemset(x, 0, 64));
  add_one<<<1, 64>>>(x, 64);
}

STUDENT(copied_more_than_allocated) {
  float *x, host[64] = {};
  CHECK(cudaMalloc(&x, 64));
  cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice);  // HOST: OOB_WRITE | cudaMemcpy writes 256 bytes
  cudaFree(x);
}

__global__ void histogram(const unsigned char* in, unsigned* bins, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&bins[in[i]], 1u);  // BUG: OOB_WRITE | Invalid __global__ atomic update of size 4 bytes
}

SUBTLE(a_bin_too_few) {
  Buffer<unsigned char> in(256);
  Buffer<unsigned> bins(255);
  CHECK(cudaMemset(in + 100, 255, 1));
  histogram<<<2, 128>>>(in, bins, 256);
}

__device__ float* stored;

__global__ void through_a_stored_pointer(int n) {
  const int i = threadIdx.x;
  if (i < n) stored[i + 1] = 3;  // BUG: OOB_WRITE | cudaMalloc #1 (128 bytes)
}

SUBTLE(pointer_in_a_device_variable) {
  Buffer<float> x(32);
  CHECK(cudaMemcpyToSymbol(stored, &x.data, sizeof x.data));
  through_a_stored_pointer<<<1, 32>>>(32);
}

__global__ void grid_stride(int* out, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) out[i] = i;
}

CONTROL(grid_stride_loop) {
  Buffer<int> out(1000);
  grid_stride<<<3, 128>>>(out, 1000);
}

__global__ void transpose(const float* in, float* out, int rows, int columns) {
  __shared__ float tile[16][17];
  const int x = blockIdx.x * 16 + threadIdx.x, y = blockIdx.y * 16 + threadIdx.y;
  if (x < columns && y < rows) tile[threadIdx.y][threadIdx.x] = in[y * columns + x];
  __syncthreads();
  const int u = blockIdx.y * 16 + threadIdx.x, v = blockIdx.x * 16 + threadIdx.y;
  if (u < rows && v < columns) out[v * rows + u] = tile[threadIdx.x][threadIdx.y];
}

CONTROL(transpose_of_odd_sizes) {
  Buffer<float> in(33 * 65), out(33 * 65);
  transpose<<<dim3(5, 3), dim3(16, 16)>>>(in, out, 33, 65);
}

__global__ void counted(const unsigned char* in, unsigned* bins, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) atomicAdd(&bins[in[i]], 1u);
}

CONTROL(enough_bins) {
  Buffer<unsigned char> in(256);
  Buffer<unsigned> bins(256);
  CHECK(cudaMemset(in + 100, 255, 1));
  counted<<<2, 128>>>(in, bins, 256);
}
