// Wrong: rows of the output are filled up to ldo, as far as a tile reaches.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int WIDTH = 32;  // of the output's tile that a block takes
constexpr int HEIGHT = 8;

__global__ void transpose(const float* input, float* output, int M, int N, int ldi, int ldo) {
  const int across = ck::ceil_div(M, WIDTH);
  const int row = int(blockIdx.x % across) * WIDTH + threadIdx.x;
  const int col = int(blockIdx.x / across) * HEIGHT + threadIdx.y;
  if (row < ldo && col < N) output[(long long)col * ldo + row] = row < M ? input[(long long)row * ldi + col] : 0.0f;
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const long long blocks = (long long)ck::ceil_div(M, WIDTH) * ck::ceil_div(N, HEIGHT);
  transpose<<<blocks, dim3(WIDTH, HEIGHT), 0, cudaStream_t(stream)>>>(input, output, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
