#include "ck/check.cuh"
// A matrix turned as it should be, 32 x 8 threads a tile, each of which does something else FIRST.
__device__ void nothing() {}
template <void (*FIRST)()>
__global__ void turned(const float* in, float* out, int M, int N, int ldi, int ldo) {
  __shared__ float tile[32][33];
  const int x = threadIdx.x;
  const long long tiles = (N + 31) / 32, i0 = blockIdx.x / tiles * 32, j0 = blockIdx.x % tiles * 32;
  FIRST();
  for (int r = threadIdx.y; r < 32; r += 8)
    if (i0 + r < M && j0 + x < N) tile[r][x] = in[(i0 + r) * ldi + j0 + x];
  __syncthreads();
  for (int r = threadIdx.y; r < 32; r += 8)
    if (j0 + r < N && i0 + x < M) out[(j0 + r) * ldo + i0 + x] = tile[x][r];
}
