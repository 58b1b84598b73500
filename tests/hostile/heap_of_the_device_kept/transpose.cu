// A thread of each of the first blocks takes memory from the device's heap, and nobody gives it back.
#include "ck/check.cuh"
__global__ void t(const float* in, float* out, int M, int N, int ldi, int ldo) {
  __shared__ float tile[32][33];
  const int x = threadIdx.x;
  const long long tiles = (N + 31) / 32, i0 = blockIdx.x / tiles * 32, j0 = blockIdx.x % tiles * 32;
  if (x + threadIdx.y == 0 && blockIdx.x < 100)
    if (volatile char* kept = (volatile char*)malloc(1000)) *kept = 1;
  for (int r = threadIdx.y; r < 32; r += 8)
    if (i0 + r < M && j0 + x < N) tile[r][x] = in[(i0 + r) * ldi + j0 + x];
  __syncthreads();
  for (int r = threadIdx.y; r < 32; r += 8)
    if (j0 + r < N && i0 + x < M) out[(j0 + r) * ldo + i0 + x] = tile[x][r];
}
extern "C" int ck_transpose(const float* in, float* out, int M, int N, int ldi, int ldo, void* stream) {
  if (!M || !N) return 0;
  t<<<(long long)((M + 31) / 32) * ((N + 31) / 32), dim3(32, 8), 0, (cudaStream_t)stream>>>(in, out, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return 0;
}
