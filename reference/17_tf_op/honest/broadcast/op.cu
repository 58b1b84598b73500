// Another style: tiles of 16 x 16, a thread a result, dynamic shared memory.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int SIDE = 16;

__global__ void tile(const float* x, const float* centers, float* y, int N, int K, int D, float limit) {
  extern __shared__ float memory[];
  float *a = memory, *b = memory + SIDE * (SIDE + 1);
  const int tx = threadIdx.x, ty = threadIdx.y;
  const int tiles = ck::ceil_div(K, SIDE);
  const int i = blockIdx.x / tiles * SIDE + ty, j = blockIdx.x % tiles * SIDE + tx, jt = blockIdx.x % tiles * SIDE + ty;
  float sum = 0.0f;
  for (int d = tx; d - tx < D; d += SIDE) {
    a[ty * (SIDE + 1) + tx] = i < N && d < D ? x[(size_t)i * D + d] : 0.0f;
    b[ty * (SIDE + 1) + tx] = jt < K && d < D ? centers[(size_t)jt * D + d] : 0.0f;
    __syncthreads();
    for (int t = 0; t < SIDE; ++t) {
      const float e = a[ty * (SIDE + 1) + t] - b[tx * (SIDE + 1) + t];
      sum += e * e;
    }
    __syncthreads();
  }
  if (i < N && j < K) y[(size_t)i * K + j] = sum > limit ? limit : sum;
}

extern "C" int ck_clipped_distance(const float* x, const float* centers, float* y, int N, int K, int D, float limit, void* stream) {
  if (limit != limit || limit <= 0.0f) return cudaErrorInvalidValue;
  if (N > 0 && K > 0) {
    const int blocks = ck::ceil_div(N, SIDE) * ck::ceil_div(K, SIDE);
    tile<<<blocks, dim3(SIDE, SIDE), 2 * SIDE * (SIDE + 1) * sizeof(float), static_cast<cudaStream_t>(stream)>>>(x, centers, y, N, K, D, limit);
  }
  CK_CHECK_LAUNCH();
  return 0;
}
