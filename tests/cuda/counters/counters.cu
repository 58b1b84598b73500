// Kernels whose cost can be worked out by hand. What a line costs, over all warps, stands behind it as COUNT, what a kernel costs in all above
// it as KERNEL. The names are short forms, listed in tests/cuda/test_counters.py.
#include <cuda_fp16.h>

#include "../check.cuh"

// ---- global memory: 8 warps, 32 bytes a sector

// KERNEL: dram.read 1024, dram.write 1024, dram 2048, ld.bytes 1024, st.bytes 1024, ld.moved 1024, div 0, local.ld.req 0
__global__ void one_float(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i];  // COUNT: ld.req 8, ld.sect 32, ld.ratio 4, st.req 8, st.sect 32, st.ratio 4
}

// KERNEL: dram.read 2048, dram.write 2048, ld.bytes 2048
__global__ void two_floats(const float2* in, float2* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i];  // COUNT: ld.req 8, ld.sect 64, ld.ratio 8, st.req 8, st.sect 64
}

// KERNEL: dram.read 4096, dram.write 4096, st.bytes 4096
__global__ void four_floats(const float4* in, float4* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i];  // COUNT: ld.req 8, ld.sect 128, ld.ratio 16, st.req 8, st.sect 128
}

// KERNEL: dram.read 2048, dram.write 1024, ld.bytes 1024, ld.moved 2048
__global__ void every_second(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[2 * i];  // COUNT: ld.req 8, ld.sect 64, ld.ratio 8, st.sect 32
}

// KERNEL: dram.read 8192, ld.bytes 1024, ld.moved 8192
__global__ void every_32nd(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[32 * i];  // COUNT: ld.req 8, ld.sect 256, ld.ratio 32, st.sect 32
}

// KERNEL: dram.read 1056
__global__ void off_by_a_float(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[i + 1];  // COUNT: ld.req 8, ld.sect 40, ld.ratio 5, st.sect 32
}

// KERNEL: dram.read 32, ld.bytes 1024
__global__ void same_for_all(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[5];  // COUNT: ld.req 8, ld.sect 8, ld.ratio 1, st.sect 32
}

// Two blocks read the same 512 bytes: every cache would be asked twice, DRAM at best once.
// KERNEL: dram.read 512, dram.write 1024
__global__ void read_by_both_blocks(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = in[threadIdx.x];  // COUNT: ld.req 8, ld.sect 32
}

// KERNEL: atom.bytes 1024, dram.read 1024, dram.write 1024, atom 8
__global__ void atomics_side_by_side(int* x, int* old) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int before = atomicAdd(x + i, 1);  // COUNT: atom.req 8, atom.sect 32
  if (before < 0) old[0] = before;
}

// KERNEL: dram.read 32, dram.write 32, atom 8
__global__ void atomics_on_one_address(int* x, int* old) {
  const int before = atomicAdd(x, 1);  // COUNT: atom.req 8, atom.sect 8
  if (before < 0) old[0] = before;
}

// ---- shared memory: 32 banks of 4 bytes; a block of 32 warps

// KERNEL: barrier 32, sh.ld.bytes 4096, sh.st.bytes 4096
__global__ void transpose(const float* in, float* out) {
  __shared__ float tile[32][32];
  const int x = threadIdx.x, y = threadIdx.y;
  tile[y][x] = in[y * 32 + x];  // COUNT: ld.sect 128, sh.st 32, sh.st.waves 32, sh.st.conf 0
  __syncthreads();              // COUNT: barrier 32
  out[y * 32 + x] = tile[x][y];  // COUNT: st.sect 128, sh.ld 32, sh.ld.waves 1024, sh.ld.conf 992
}

__global__ void transpose_padded(const float* in, float* out) {
  __shared__ float tile[32][33];
  const int x = threadIdx.x, y = threadIdx.y;
  tile[y][x] = in[y * 32 + x];  // COUNT: sh.st.waves 32, sh.st.conf 0
  __syncthreads();
  out[y * 32 + x] = tile[x][y];  // COUNT: sh.ld.waves 32, sh.ld.conf 0
}

__global__ void transpose_without_a_tile(const float* in, float* out) {
  const int x = threadIdx.x, y = threadIdx.y;
  out[x * 32 + y] = in[y * 32 + x];  // COUNT: ld.req 32, ld.sect 128, st.req 32, st.sect 1024, st.ratio 32
}

__global__ void shared_vectors(const float4* in, float* out) {
  __shared__ float4 s[1024];
  const int t = threadIdx.y * 32 + threadIdx.x;
  s[t] = in[t];  // COUNT: sh.st 32, sh.st.waves 128, sh.st.conf 0
  __syncthreads();
  out[t] = s[t].y;  // COUNT: sh.ld 32, sh.ld.waves 128, sh.ld.conf 96
}

__global__ void shared_broadcast(const float* in, float* out) {
  __shared__ float s[32];
  const int x = threadIdx.x, y = threadIdx.y;
  if (y == 0) s[x] = in[x];  // COUNT: sh.st 1, sh.st.waves 1
  __syncthreads();
  out[y * 32 + x] = s[y];  // COUNT: sh.ld 32, sh.ld.waves 32, sh.ld.conf 0
}

// KERNEL: atom 64
__global__ void shared_atomics(int* out) {
  __shared__ int s[1024];
  const int x = threadIdx.x, t = threadIdx.y * 32 + x;
  s[t] = 0;
  __syncthreads();
  atomicAdd(&s[t], 1);       // COUNT: sh.atom 32, sh.atom.waves 32, sh.atom.conf 0
  atomicAdd(&s[x * 32], 1);  // COUNT: sh.atom 32, sh.atom.waves 1024, sh.atom.conf 992
  __syncthreads();
  out[t] = s[t];
}

// ---- branches, guards, local and constant memory

// KERNEL: div 8
__global__ void by_parity(int* x, int* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i & 1)             // COUNT: div 8
    atomicAdd(x + i, 1);  // COUNT: red.req 8, red.sect 32
  else
    atomicMax(y + i, 1);  // COUNT: red.req 8, red.sect 32
}

// KERNEL: div 0
__global__ void by_warp(int* x, int* y) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i & 32)
    atomicAdd(x + i, 1);  // COUNT: red.req 4, red.sect 16
  else
    atomicMax(y + i, 1);  // COUNT: red.req 4, red.sect 16
}

// 40 of 128 threads a block store: 2 of 4 warps, the second with 8 lanes.
// KERNEL: st.bytes 320, div 0
__global__ void guarded_store(int* x) {
  const int i = blockIdx.x * 128 + threadIdx.x;
  const int t = threadIdx.x;
  asm volatile("{ .reg .pred p; setp.lt.s32 p, %1, 40; @p st.global.s32 [%0], %1; }" ::"l"(x + i), "r"(t));  // COUNT: st.req 4, st.sect 10
}

// KERNEL: local.st.req 64, local.st.sect 256, local.ld.req 8, local.ld.sect 32, local.st.bytes 8192
__global__ void own_array(const int* in, int* out) {
  volatile int digits[8];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll
  for (int k = 0; k < 8; k++) digits[k] = k;
  out[i] = digits[in[i] & 7];
}

// Lanes that use two words in turn: of each word's 4 sectors every one is wanted.
// KERNEL: local.ld.req 8, local.ld.sect 64
__global__ void own_array_in_turn(int* out) {
  volatile int digits[8];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
#pragma unroll
  for (int k = 0; k < 8; k++) digits[k] = k;
  out[i] = digits[(i & 1) * 5];
}

__constant__ int table[64];

// KERNEL: const 264
__global__ void constants(int* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const int all_alike = table[blockIdx.x];  // COUNT: const 8
  out[i] = all_alike + table[threadIdx.x & 31];  // COUNT: const 256
}

// ---- arithmetic: 256 threads

// KERNEL: f32.fma 2048, f32.add 256, f32.mul 256, f32.flops 4608, f64.flops 0, f16.flops 0
__global__ void floats(const float* in, float* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  float x = in[i];
#pragma unroll
  for (int k = 0; k < 8; k++) x = fmaf(x, x, 0.5f);  // COUNT: f32.fma 2048, f32.flops 4096
  x = __fadd_rn(x, 0.25f);                           // COUNT: f32.add 256, f32.flops 256
  out[i] = __fmul_rn(x, 3.0f);                       // COUNT: f32.mul 256, f32.flops 256
}

// KERNEL: f64.fma 1024, f64.add 256, f64.flops 2304, f32.flops 0
__global__ void doubles(const double* in, double* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  double x = in[i];
#pragma unroll
  for (int k = 0; k < 4; k++) x = fma(x, x, 0.5);  // COUNT: f64.fma 1024
  out[i] = __dadd_rn(x, 0.25);                     // COUNT: f64.add 256
}

// KERNEL: f16.flops 1024, f16.fma 512, f32.flops 0
__global__ void halves(const __half2* in, __half2* out) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const __half2 x = in[i];
  out[i] = __hfma2(x, x, x);
}

// KERNEL: barrier 48, occupancy 50
__global__ void __launch_bounds__(256) barriers(float* out) {
  __shared__ float s[8192];
  s[threadIdx.x] = 0;
  for (int k = 0; k < 3; k++) __syncthreads();  // COUNT: barrier 48
  out[threadIdx.x] = s[threadIdx.x];
}

int main() {
  void *a, *b;
  CHECK(cudaMalloc(&a, 1 << 16));
  CHECK(cudaMalloc(&b, 1 << 16));
  CHECK(cudaMemset(a, 0, 1 << 16));
  CHECK(cudaMemset(b, 0, 1 << 16));
  auto *in = static_cast<float*>(a), *out = static_cast<float*>(b);
  auto *x = static_cast<int*>(a), *y = static_cast<int*>(b);
  const dim3 tile(32, 32);
  one_float<<<2, 128>>>(in, out);
  two_floats<<<2, 128>>>(static_cast<float2*>(a), static_cast<float2*>(b));
  four_floats<<<2, 128>>>(static_cast<float4*>(a), static_cast<float4*>(b));
  every_second<<<2, 128>>>(in, out);
  every_32nd<<<2, 128>>>(in, out);
  off_by_a_float<<<2, 128>>>(in, out);
  same_for_all<<<2, 128>>>(in, out);
  read_by_both_blocks<<<2, 128>>>(in, out);
  atomics_side_by_side<<<2, 128>>>(x, y);
  atomics_on_one_address<<<2, 128>>>(x, y);
  transpose<<<1, tile>>>(in, out);
  transpose_padded<<<1, tile>>>(in, out);
  transpose_without_a_tile<<<1, tile>>>(in, out);
  shared_vectors<<<1, tile>>>(static_cast<float4*>(a), out);
  shared_broadcast<<<1, tile>>>(in, out);
  shared_atomics<<<1, tile>>>(y);
  by_parity<<<2, 128>>>(x, y);
  by_warp<<<2, 128>>>(x, y);
  guarded_store<<<2, 128>>>(y);
  CHECK(cudaMemset(a, 0, 1 << 16));
  own_array<<<2, 128>>>(x, y);
  own_array_in_turn<<<2, 128>>>(y);
  constants<<<2, 128>>>(y);
  floats<<<2, 128>>>(in, out);
  doubles<<<2, 128>>>(static_cast<double*>(a), static_cast<double*>(b));
  halves<<<2, 128>>>(static_cast<__half2*>(a), static_cast<__half2*>(b));
  barriers<<<2, 256>>>(out);
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(a));
  CHECK(cudaFree(b));
  return pass();
}
