// BEGIN SOLUTION op.cu: the kernel that ClippedDistance would have on a GPU, and its launcher. The contract stands in ck/clipped_distance.h.
// A block makes a tile of 32 x 32 results. It brings 32 numbers of each of its 64 rows to shared memory, lane by lane along the rows, and
// every number that was brought serves 32 results. A thread has 4 of them, in 4 rows of x, so a center's number is read once for the four.
// END SOLUTION
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// BEGIN SOLUTION TODO: your kernel. Which rows do the results of one block have in common?
constexpr int TILE = 32;    // results of a block, each way; numbers of a row at a time
constexpr int THREADS = 8;  // rows of threads: each has TILE / THREADS results
constexpr int EACH = TILE / THREADS;

__global__ void __launch_bounds__(TILE* THREADS) clipped_distance(const float* x, const float* centers, float* y, int N, int K, int D, float limit) {
  __shared__ float of_x[TILE][TILE], of_centers[TILE][TILE + 1];  // + 1: lanes read down a column
  const int across = ck::ceil_div(K, TILE);
  const int i0 = blockIdx.x / across * TILE, j0 = blockIdx.x % across * TILE;
  const int lane = threadIdx.x, row = threadIdx.y;
  float sum[EACH] = {};
  for (int d0 = 0; d0 < D; d0 += TILE) {
    const int d = d0 + lane;
#pragma unroll
    for (int k = 0; k < EACH; ++k) {  // behind an end: zeros, whose difference adds nothing
      const int r = row + k * THREADS;
      of_x[r][lane] = i0 + r < N && d < D ? x[(size_t)(i0 + r) * D + d] : 0.0f;
      of_centers[r][lane] = j0 + r < K && d < D ? centers[(size_t)(j0 + r) * D + d] : 0.0f;
    }
    __syncthreads();  // wait: other threads bring what this one reads
#pragma unroll 8
    for (int t = 0; t < TILE; ++t) {
      const float center = of_centers[lane][t];
#pragma unroll
      for (int k = 0; k < EACH; ++k) {
        const float difference = of_x[row + k * THREADS][t] - center;
        sum[k] += difference * difference;
      }
    }
    __syncthreads();  // wait: the next turn writes there
  }
  const int j = j0 + lane;
#pragma unroll
  for (int k = 0; k < EACH; ++k) {
    const int i = i0 + row + k * THREADS;
    if (i < N && j < K) y[(size_t)i * K + j] = sum[k] >= limit ? limit : sum[k];  // NaN isn't >= anything and stays
  }
}
// END SOLUTION

}  // namespace

extern "C" int ck_clipped_distance(const float* x, const float* centers, float* y, int N, int K, int D, float limit, void* stream) {
  // BEGIN SOLUTION TODO: how many blocks? Launch on static_cast<cudaStream_t>(stream), and write CK_CHECK_LAUNCH(); behind it.
  if (!(limit > 0.0f)) return cudaErrorInvalidValue;
  if (N == 0 || K == 0) return cudaSuccess;
  const int blocks = ck::ceil_div(N, TILE) * ck::ceil_div(K, TILE);
  clipped_distance<<<blocks, dim3(TILE, THREADS), 0, static_cast<cudaStream_t>(stream)>>>(x, centers, y, N, K, D, limit);
  CK_CHECK_LAUNCH();
  // END SOLUTION
  return cudaSuccess;
}
