// Wrong: computes the offset of an input row in int, which wraps round as soon as rows lie far apart.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int TILE = 32;
constexpr int LINES = 8;

__global__ void transposeInt(const float* in, float* out, int m, int n, int ldi, int ldo, int nx) {
  __shared__ float tile[TILE][TILE + 1];
  const int i0 = blockIdx.x / nx * TILE;
  const int j0 = blockIdx.x % nx * TILE;

  for (int k = threadIdx.y; k < TILE; k += LINES) {
    const int i = i0 + k, j = j0 + threadIdx.x;
    if (i >= m || j >= n) continue;
    int offset = i * ldi + j;
    tile[k][threadIdx.x] = in[offset];
  }
  __syncthreads();
  for (int k = threadIdx.y; k < TILE; k += LINES) {
    const int i = i0 + threadIdx.x, j = j0 + k;
    if (i >= m || j >= n) continue;
    out[size_t(j) * ldo + i] = tile[threadIdx.x][k];
  }
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, TILE);
  transposeInt<<<nx * ck::ceil_div(M, TILE), dim3(TILE, LINES), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
