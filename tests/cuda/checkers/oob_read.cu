// Reads outside of what they belong to: global memory, shared memory, a thread's own array.
#include "checkers.cuh"

__global__ void halo(const float* in, float* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0 || i >= n) return;
  out[i] = in[i] + in[i - 1];
  out[i] += in[i + 1];  // BUG: OOB_READ | read of size 4 bytes by thread (127,0,0) in block (7,0,0)
}

STUDENT(halo_off_by_one) {
  Buffer<float> in(1024), out(1024);
  halo<<<8, 128>>>(in, out, 1024);
}

__global__ void left_neighbour(const int* in, int* out) {
  const int i = threadIdx.x;
  out[i] = in[i] - in[i - 1];  // BUG: OOB_READ | is 4 bytes before cudaMalloc #1 (256 bytes)
}

POSITIVE(before_the_start) {
  Buffer<int> in(64), out(64);
  left_neighbour<<<1, 64>>>(in, out);
}

__global__ void of_null(const float* in, float* out) {
  out[threadIdx.x] = in[threadIdx.x];  // BUG: OOB_READ | a null pointer
}

STUDENT(never_allocated) {
  Buffer<float> out(32);
  float* in = nullptr;
  of_null<<<1, 32>>>(in, out);
}

__global__ void copy_by_four(const float* in, float* out, int n) {
  const int i = threadIdx.x;
  if (4 * i >= n) return;
  const float4 v = reinterpret_cast<const float4*>(in)[i];  // BUG: OOB_READ | inside cudaMalloc #1 (408 bytes) but the access runs past its end
  out[i] = v.x + v.y;
}

SUBTLE(tail_of_a_vector_load) {
  Buffer<float> in(102), out(32);
  copy_by_four<<<1, 32>>>(in, out, 102);
}

struct Image {
  const unsigned char* pixels;
  int width, height, pitch;
};

__global__ void luminance(Image image, int* out) {
  const int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
  if (x >= image.width || y > image.height) return;
  out[0] = image.pixels[y * image.pitch + x];  // BUG: OOB_READ | right after the end of cudaMalloc #1 (3200 bytes)
}

SUBTLE(a_row_too_many_behind_a_struct) {
  Buffer<unsigned char> pixels(64 * 50);
  Buffer<int> out(1);
  luminance<<<dim3(2, 7), dim3(32, 8)>>>(Image{pixels, 64, 50, 64}, out);
}

__global__ void next_in_tile(const float* in, float* out) {
  __shared__ float tile[64];
  const int t = threadIdx.x;
  tile[t] = in[t];
  __syncthreads();
  out[t] = tile[t + 1];  // BUG: OOB_READ | Invalid __shared__ read of size 4 bytes by thread (63,0,0) in block (0,0,0)
}

SUBTLE(shared_neighbour) {
  Buffer<float> in(64), out(64);
  next_in_tile<<<1, 64>>>(in, out);
}

__global__ void of_own_array(const int* in, int* out) {
  int digits[8];
  for (int k = 0; k < 8; k++) digits[k] = in[k];
  int sum = 0;
#pragma unroll 1
  for (int k = in[8]; k <= in[9]; k++)
    sum += digits[k];  // BUG: OOB_READ | __local__
  out[threadIdx.x] = sum;
}

SUBTLE(past_a_local_array) {
  Buffer<int> in(10), out(32);
  const int bounds[] = {0, 8};
  CHECK(cudaMemcpy(in + 8, bounds, sizeof bounds, cudaMemcpyHostToDevice));
  of_own_array<<<1, 32>>>(in, out);
}

__constant__ float weights[5];

__global__ void gather(const int* index, const float* in, float* out, int n) {
  const int i = threadIdx.x;
  if (i < n) out[i] = in[index[i]];  // BUG: OOB_READ | 396 bytes after the end of cudaMalloc #2 (400 bytes)
}

SUBTLE(an_index_from_memory) {
  Buffer<int> index(32);
  Buffer<float> in(100), out(32);
  const int wild = 199;
  CHECK(cudaMemcpy(index + 17, &wild, 4, cudaMemcpyHostToDevice));
  gather<<<1, 32>>>(index, in, out, 32);
}

__global__ void guarded_halo(const float* in, float* out, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const float left = i > 0 ? in[i - 1] : 0, right = i + 1 < n ? in[i + 1] : 0;
  out[i] = left + in[i] + right;
}

CONTROL(halo_with_both_guards) {
  Buffer<float> in(1000), out(1000);
  guarded_halo<<<8, 128>>>(in, out, 1000);
}

__global__ void by_four_then_one(const float* in, float* out, int n) {
  const int i = threadIdx.x;
  if (4 * i + 4 <= n) {
    const float4 v = reinterpret_cast<const float4*>(in)[i];
    out[i] = v.x + v.y + v.z + v.w;
  } else {
    for (int k = 4 * i; k < n; k++) out[i] += in[k];
  }
}

CONTROL(vector_load_with_a_scalar_tail) {
  Buffer<float> in(102), out(32);
  by_four_then_one<<<1, 32>>>(in, out, 102);
}

__global__ void convolve(const float* in, float* out, int n) {
  __shared__ float tile[64 + 4];
  const int t = threadIdx.x, i = blockIdx.x * 64 + t - 2;
  tile[t] = i >= 0 && i < n ? in[i] : 0;
  if (t < 4) tile[64 + t] = i + 64 < n ? in[i + 64] : 0;
  __syncthreads();
  float sum = 0;
  for (int k = 0; k < 5; k++) sum += weights[k] * tile[t + k];
  if (i + 2 < n) out[i + 2] = sum;
}

CONTROL(tile_with_a_halo) {
  Buffer<float> in(200), out(200);
  const float host[5] = {1, 2, 3, 2, 1};
  CHECK(cudaMemcpyToSymbol(weights, host, sizeof host));
  convolve<<<4, 64>>>(in, out, 200);
}
