// Wrong: has each thread read 4 numbers in a loop and forgets the loop when writing, so that three quarters of every tile aren't written.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int TILE = 32;
constexpr int PER_THREAD = 4;
constexpr int ROWS = TILE / PER_THREAD;

__global__ void transpose4(const float* in, float* out, int m, int n, size_t ldi, size_t ldo, int nx) {
  __shared__ float tile[TILE][TILE + 1];
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int bx = blockIdx.x % nx, by = blockIdx.x / nx;

#pragma unroll
  for (int p = 0; p < PER_THREAD; ++p) {
    const int i = by * TILE + ty + p * ROWS, j = bx * TILE + tx;
    if (i < m && j < n) tile[ty + p * ROWS][tx] = in[i * ldi + j];
  }
  __syncthreads();
  const int i = bx * TILE + ty, j = by * TILE + tx;
  if (i < n && j < m) out[i * ldo + j] = tile[tx][ty];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, TILE), ny = ck::ceil_div(M, TILE);
  transpose4<<<nx * ny, dim3(TILE, ROWS), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
