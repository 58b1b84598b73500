// Wrong: waits for the lanes of its own warp only; a column was read by 32 warps.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int TILE = 32;

__global__ void transpose(const float* input, float* output, int M, int N, int ldi, int ldo) {
  __shared__ float tile[TILE][TILE + 1];  // a column's words lie 33 apart: in 32 different banks
  const int across = ck::ceil_div(N, TILE);
  const int col0 = int(blockIdx.x % across) * TILE;
  const int row0 = int(blockIdx.x / across) * TILE;
  const int x = threadIdx.x, y = threadIdx.y;

  if (row0 + y < M && col0 + x < N) tile[y][x] = input[(long long)(row0 + y) * ldi + col0 + x];
  __syncwarp();  // wait: a column holds what 32 warps have read
  if (col0 + y < N && row0 + x < M) output[(long long)(col0 + y) * ldo + row0 + x] = tile[x][y];
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const long long blocks = (long long)ck::ceil_div(N, TILE) * ck::ceil_div(M, TILE);
  transpose<<<blocks, dim3(TILE, TILE), 0, cudaStream_t(stream)>>>(input, output, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
