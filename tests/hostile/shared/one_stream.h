// The pipeline of 06 on one stream: right, and without any overlap. Behind pipeline.h.
#include "ck/math.cuh"
__global__ void k(const float* in, float* out, long long n) {
  const long long i = blockIdx.x * 256ll + threadIdx.x;
  if (i < n) out[i] = ck_shape(in[i]);
}
extern "C" int ck_pipeline(const float* in, float* out, long long n, long long chunk, float* ws, void* stream) {
  return one_stream(k, in, out, n, chunk, ws, (cudaStream_t)stream);
}
