// Wrong: takes it for granted that every row begins at a multiple of 16 bytes.
#include "ck/check.cuh"
#include "ck/math.cuh"
#include "ck/vector.cuh"

namespace {

constexpr int TILE = 32;
constexpr int THREADS = TILE * TILE / 4;

__global__ void __launch_bounds__(THREADS)
    transpose(const float* input, float* output, int M, int N, int ldi, int ldo, bool input4, bool output4) {
  __shared__ float tile[TILE][TILE + 1];
  const int across = ck::ceil_div(N, TILE);
  const int col0 = int(blockIdx.x % across) * TILE;
  const int row0 = int(blockIdx.x / across) * TILE;
  const int line = threadIdx.x / 8, first = threadIdx.x % 8 * 4;  // a row of the tile, and the first of four numbers in it

  if (row0 + line < M) {
    const float* from = input + (long long)(row0 + line) * ldi + col0 + first;
    const float4 four = ck::load4(from, N - (col0 + first), input4);
    tile[line][first] = four.x;
    tile[line][first + 1] = four.y;
    tile[line][first + 2] = four.z;
    tile[line][first + 3] = four.w;
  }
  __syncthreads();  // wait: a column holds what all warps have read
  if (col0 + line < N) {
    const int left = M - (row0 + first);
    const float4 four = make_float4(left > 0 ? tile[first][line] : 0.0f, left > 1 ? tile[first + 1][line] : 0.0f,
                                    left > 2 ? tile[first + 2][line] : 0.0f, left > 3 ? tile[first + 3][line] : 0.0f);
    ck::store4(output + (long long)(col0 + line) * ldo + row0 + first, four, left, output4);
  }
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const long long blocks = (long long)ck::ceil_div(N, TILE) * ck::ceil_div(M, TILE);
  const bool input4 = true, output4 = ck::aligned4(output, ldo);
  transpose<<<blocks, THREADS, 0, cudaStream_t(stream)>>>(input, output, M, N, ldi, ldo, input4, output4);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
