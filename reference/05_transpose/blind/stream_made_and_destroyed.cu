// Wrong: makes a stream, launches on it and destroys it again, "as one should release what one makes", and never uses the one that was given.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void k(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int nx) {
  __shared__ float tile[32][33];
  const int i0 = blockIdx.x / nx * 32, j0 = blockIdx.x % nx * 32, x = threadIdx.x, y = threadIdx.y;
  if (i0 + y < M && j0 + x < N) tile[y][x] = in[(i0 + y) * ldi + j0 + x];
  __syncthreads();
  if (j0 + y < N && i0 + x < M) out[(j0 + y) * ldo + i0 + x] = tile[x][y];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  cudaStream_t mine;
  CK_CHECK(cudaStreamCreateWithFlags(&mine, cudaStreamNonBlocking));
  const int nx = ck::ceil_div(N, 32);
  k<<<nx * ck::ceil_div(M, 32), dim3(32, 32), 0, mine>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  CK_CHECK(cudaStreamDestroy(mine));
  return cudaSuccess;
}
