// Accesses whose address is no multiple of their size.
#include "checkers.cuh"

__global__ void shifted(const float* in, float* out) {
  const float4 v = reinterpret_cast<const float4*>(in)[threadIdx.x];  // BUG: MISALIGNED | Misaligned __global__ read of size 16 bytes by thread (0,0,0)
  out[threadIdx.x] = v.x + v.y;
}

POSITIVE(vector_of_a_shifted_pointer) {
  Buffer<float> in(132), out(32);
  shifted<<<1, 32>>>(in + 1, out);
}

__global__ void rows_by_two(float* matrix, int ld) {
  auto* row = reinterpret_cast<float2*>(matrix + threadIdx.y * ld);
  row[threadIdx.x] = make_float2(1, 2);  // BUG: MISALIGNED | write of size 8 bytes by thread (0,1,0) in block (0,0,0)
}

SUBTLE(every_second_row_of_an_odd_width) {
  Buffer<float> matrix(33 * 4);
  rows_by_two<<<1, dim3(16, 4)>>>(matrix, 33);
}

__global__ void carved(int* out) {
  extern __shared__ char bytes[];
  float* floats = reinterpret_cast<float*>(bytes);
  double* doubles = reinterpret_cast<double*>(floats + 33);
  floats[threadIdx.x] = 1;
  doubles[threadIdx.x] = 2;  // BUG: MISALIGNED | Misaligned __shared__ write of size 8 bytes
  __syncthreads();
  out[threadIdx.x] = int(doubles[threadIdx.x]);
}

SUBTLE(doubles_behind_an_odd_number_of_floats) {
  Buffer<int> out(32);
  carved<<<1, 32, 33 * 4 + 32 * 8>>>(out);
}

__global__ void add_wide(unsigned* counters) {
  atomicAdd(reinterpret_cast<unsigned long long*>(counters + 1), 1ull);  // BUG: MISALIGNED | atomic update of size 8 bytes
}

SUBTLE(wide_atomic_on_a_narrow_array) {
  Buffer<unsigned> counters(4);
  add_wide<<<1, 1>>>(counters);
}

__global__ void aligned(const float* in, float* out) {
  const float4 v = reinterpret_cast<const float4*>(in)[threadIdx.x];
  out[threadIdx.x] = v.x + v.y;
}

CONTROL(vector_of_a_pointer_shifted_by_four) {
  Buffer<float> in(132), out(32);
  aligned<<<1, 32>>>(in + 4, out);
}

struct __attribute__((packed)) Packed {
  char tag;
  float value;
};

__global__ void sum_packed(const char* in, float* out) {
  float value;
  memcpy(&value, in + threadIdx.x * sizeof(Packed) + 1, 4);  // by bytes, as the compiler must
  out[threadIdx.x] = value;
}

CONTROL(packed_records_by_memcpy) {
  Buffer<char> in(32 * sizeof(Packed));
  Buffer<float> out(32);
  sum_packed<<<1, 32>>>(in, out);
}
