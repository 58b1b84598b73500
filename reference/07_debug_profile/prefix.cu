// prefix.cu: sums along the rows of a matrix. Mended; the contract stands in ck/debug_profile.h.
#include "ck/check.cuh"

namespace {

constexpr int kThreads = 256;

// One block a row, which takes kThreads columns at a time. Within such a piece, step 1, 2, 4, ... adds to each element the one so far to its
// left; what all pieces before add up to is carried along.
__global__ void prefix_rows(const int* x, int* y, int columns) {
  __shared__ int sums[kThreads];
  const int* from = x + static_cast<size_t>(blockIdx.x) * columns;
  int* to = y + static_cast<size_t>(blockIdx.x) * columns;
  int carried = 0;
  for (int first = 0; first < columns; first += kThreads) {
    const int column = first + threadIdx.x;
    sums[threadIdx.x] = column < columns ? from[column] : 0;
    __syncthreads();
    for (int step = 1; step < kThreads; step *= 2) {
      const int left = threadIdx.x >= step ? sums[threadIdx.x - step] : 0;
      __syncthreads();  // wait: in this step others still read what is about to change
      sums[threadIdx.x] += left;
      __syncthreads();
    }
    if (column < columns) to[column] = carried + sums[threadIdx.x];
    carried += sums[kThreads - 1];
    __syncthreads();  // wait: the next piece overwrites what slower threads still read
  }
}

}  // namespace

extern "C" int ck_prefix(const int* x, int* y, int rows, int columns, void* stream) {
  if (rows == 0 || columns == 0) return cudaSuccess;
  prefix_rows<<<rows, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, y, columns);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
