// Wrong: nothing waits between filling the tile and reading it.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int TILE = 32;
constexpr int ROWS = 8;  // of threads: each takes TILE / ROWS rows of the tile

__global__ void __launch_bounds__(TILE* ROWS) transpose(const float* input, float* output, int M, int N, int ldi, int ldo) {
  __shared__ float tile[TILE][TILE + 1];  // a column's words lie 33 apart: in 32 different banks
  const int across = ck::ceil_div(N, TILE);
  const int col0 = int(blockIdx.x % across) * TILE;
  const int row0 = int(blockIdx.x / across) * TILE;
  const int x = threadIdx.x, y = threadIdx.y;

  if (col0 + x < N) {
#pragma unroll
    for (int i = y; i < TILE; i += ROWS) {
      if (row0 + i < M) tile[i][x] = input[(long long)(row0 + i) * ldi + col0 + x];
    }
  }
  if (row0 + x < M) {
#pragma unroll
    for (int i = y; i < TILE; i += ROWS) {
      if (col0 + i < N) output[(long long)(col0 + i) * ldo + row0 + x] = tile[x][i];
    }
  }
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const long long blocks = (long long)ck::ceil_div(N, TILE) * ck::ceil_div(M, TILE);  // one row of them: gridDim.y ends at 65,535
  transpose<<<blocks, dim3(TILE, ROWS), 0, cudaStream_t(stream)>>>(input, output, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
