// Wrong: calls cudaGetLastError() behind a launch of too many threads, and throws away what it says.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int W = 48;

__global__ void k(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int nx) {
  __shared__ float tile[W][W + 1];
  const int i0 = blockIdx.x / nx * W, j0 = blockIdx.x % nx * W, x = threadIdx.x, y = threadIdx.y;
  if (i0 + y < M && j0 + x < N) tile[y][x] = in[(i0 + y) * ldi + j0 + x];
  __syncthreads();
  if (j0 + y < N && i0 + x < M) out[(j0 + y) * ldo + i0 + x] = tile[x][y];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, W);
  k<<<nx * ck::ceil_div(M, W), dim3(W, W), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  cudaGetLastError();
  return cudaSuccess;
}
