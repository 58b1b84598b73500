// Correct in another style: a fixed number of blocks that go on until all strips are done, one-dimensional blocks, dynamic shared memory,
// and a barrier behind the reading as well, since the strip is used again. A strip is 16 rows of the output; the kernel is a template over
// its width.
#include <algorithm>

#include "ck/check.cuh"
#include "ck/math.cuh"

template <int HEIGHT, int WIDTH>
__global__ void strips(const float* __restrict__ x, float* __restrict__ y, int64_t m, int64_t n, int64_t ldx, int64_t ldy) {
  extern __shared__ float strip[];
  constexpr int pitch = WIDTH + 1;
  const int64_t per_row = ck::ceil_div<int64_t>(m, WIDTH);
  const int64_t all = per_row * ck::ceil_div<int64_t>(n, HEIGHT);
  for (int64_t s = blockIdx.x; s < all; s += gridDim.x) {
    const int64_t j0 = s / per_row * HEIGHT, i0 = s % per_row * WIDTH;
    for (int t = threadIdx.x; t < HEIGHT * WIDTH; t += blockDim.x) {
      const int i = t / HEIGHT, j = t % HEIGHT;
      if (i0 + i < m && j0 + j < n) strip[j * pitch + i] = x[(i0 + i) * ldx + j0 + j];
    }
    __syncthreads();
    for (int t = threadIdx.x; t < HEIGHT * WIDTH; t += blockDim.x) {
      const int j = t / WIDTH, i = t % WIDTH;
      if (i0 + i < m && j0 + j < n) y[(j0 + j) * ldy + i0 + i] = strip[j * pitch + i];
    }
    __syncthreads();
  }
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  constexpr int height = 16, width = 64;
  const int64_t all = ck::ceil_div<int64_t>(M, width) * ck::ceil_div<int64_t>(N, height);
  if (all == 0) return cudaSuccess;
  const size_t bytes = sizeof(float) * height * (width + 1);
  strips<height, width><<<unsigned(std::min<int64_t>(all, 432)), 128, bytes, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo);
  return cudaGetLastError();
}
