// No tile: each number goes through a word of shared memory that is its own thread's, and is stored as far apart as without it.
#include "ck/check.cuh"
__global__ void t(const float* in, float* out, int M, int N, int ldi, int ldo) {
  __shared__ volatile float own[256];
  const long long e = blockIdx.x * 256ll + threadIdx.x;
  if (e >= (long long)M * N) return;
  own[threadIdx.x] = in[e / N * ldi + e % N];
  out[e % N * ldo + e / N] = own[threadIdx.x];
}
extern "C" int ck_transpose(const float* in, float* out, int M, int N, int ldi, int ldo, void* stream) {
  if (!M || !N) return 0;
  t<<<((long long)M * N + 255) / 256, 256, 0, (cudaStream_t)stream>>>(in, out, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return 0;
}
