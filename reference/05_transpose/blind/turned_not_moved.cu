// Wrong: turns the numbers within each tile and writes the tile back to the place that it came from (as far as the output has such a place).
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {
constexpr int kSide = 32, kStep = 8;
}

__global__ void inPlaceTiles(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int nx) {
  __shared__ float tile[kSide][kSide + 1];
  const int i0 = blockIdx.x / nx * kSide, j0 = blockIdx.x % nx * kSide;
  for (int k = threadIdx.y; k < kSide; k += kStep) {
    const bool have = i0 + k < M && j0 + threadIdx.x < N;
    tile[k][threadIdx.x] = have ? in[(i0 + k) * ldi + j0 + threadIdx.x] : 0.0f;
  }
  __syncthreads();
  for (int k = threadIdx.y; k < kSide; k += kStep)
    if (i0 + k < N && j0 + threadIdx.x < M) out[(i0 + k) * ldo + j0 + threadIdx.x] = tile[threadIdx.x][k];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, kSide);
  inPlaceTiles<<<nx * ck::ceil_div(M, kSide), dim3(kSide, kStep), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
