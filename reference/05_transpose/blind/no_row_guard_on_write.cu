// Wrong: guards the columns of the output, and thinks that its rows need none because the tile holds zeros there.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int W = 32;

__global__ void flip32(const float* x, float* y, int m, int n, size_t ldx, size_t ldy) {
  __shared__ float box[W][W + 1];
  const int perRow = ck::ceil_div(n, W);
  const int bi = blockIdx.x / perRow, bj = blockIdx.x % perRow;
  const int tx = threadIdx.x, ty = threadIdx.y;

  const int i = bi * W + ty, j = bj * W + tx;
  box[ty][tx] = (i < m && j < n) ? x[i * ldx + j] : 0.f;
  __syncthreads();

  const int row = bj * W + ty;
  const int col = bi * W + tx;
  if (col < m)
    y[row * ldy + col] = box[tx][ty];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int blocks = ck::ceil_div(M, W) * ck::ceil_div(N, W);
  flip32<<<blocks, dim3(W, W), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
