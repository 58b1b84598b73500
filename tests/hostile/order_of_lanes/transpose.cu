// One warp a block; its lanes pass numbers to each other by shared atomics, and no __syncwarp() between writing and reading.
#include "ck/check.cuh"
__global__ void t(const float* in, float* out, int M, int N, int ldi, int ldo) {
  __shared__ float tile[32][33];
  const int x = threadIdx.x;
  const long long tiles = (N + 31) / 32, i0 = blockIdx.x / tiles * 32, j0 = blockIdx.x % tiles * 32;
  for (int r = 0; r < 32; ++r) atomicExch(&tile[r][x], i0 + r < M && j0 + x < N ? in[(i0 + r) * ldi + j0 + x] : 0.f);
  for (int r = 0; r < 32; ++r) {
    const float v = atomicExch(&tile[x][r], 0.f);
    if (j0 + r < N && i0 + x < M) out[(j0 + r) * ldo + i0 + x] = v;
  }
}
extern "C" int ck_transpose(const float* in, float* out, int M, int N, int ldi, int ldo, void* stream) {
  if (!M || !N) return 0;
  const long long tiles = (long long)((M + 31) / 32) * ((N + 31) / 32);
  t<<<tiles, 32, 0, (cudaStream_t)stream>>>(in, out, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return 0;
}
