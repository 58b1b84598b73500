// Wrong: asks for 64 KiB of shared memory without having said so before, and never looks at the error.
#include "ck/check.cuh"
#include "ck/math.cuh"

template <int W>
__global__ void walk(const float* a, float* b, int m, int n, size_t lda, size_t ldb, int tiles, int wide) {
  __shared__ float buf[W * (W + 1)];
  for (int t = blockIdx.x; t < tiles; t += gridDim.x) {
    const int i0 = t / wide * W, j0 = t % wide * W;
    for (int e = threadIdx.x; e < W * W; e += blockDim.x)
      if (i0 + e / W < m && j0 + e % W < n) buf[e / W * (W + 1) + e % W] = a[(i0 + e / W) * lda + j0 + e % W];
    __syncthreads();
    for (int e = threadIdx.x; e < W * W; e += blockDim.x)
      if (j0 + e / W < n && i0 + e % W < m) b[(j0 + e / W) * ldb + i0 + e % W] = buf[e % W * (W + 1) + e / W];
    __syncthreads();
  }
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  constexpr int W = 16;
  const int tiles = ck::ceil_div(M, W) * ck::ceil_div(N, W);
  if (!tiles) return 0;
  walk<W><<<min(tiles, 64), 128, 64 << 10, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, tiles, ck::ceil_div(N, W));
  return 0;
}
