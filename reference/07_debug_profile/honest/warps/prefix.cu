// A correct solution in another style: one warp a row, which needs no shared memory.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr unsigned kAll = 0xffffffffu;

__global__ void prefix_rows(const int* x, int* y, int rows, int columns) {
  const int lane = threadIdx.x % 32, row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (row >= rows) return;  // whole warps
  x += static_cast<size_t>(row) * columns;
  y += static_cast<size_t>(row) * columns;
  int carried = 0;
  for (int first = 0; first < columns; first += 32) {
    int sum = first + lane < columns ? x[first + lane] : 0;
    for (int step = 1; step < 32; step *= 2) {
      const int left = __shfl_up_sync(kAll, sum, step);
      if (lane >= step) sum += left;
    }
    sum += carried;
    if (first + lane < columns) y[first + lane] = sum;
    carried = __shfl_sync(kAll, sum, 31);
  }
}

}  // namespace

extern "C" int ck_prefix(const int* x, int* y, int rows, int columns, void* stream) {
  if (rows == 0 || columns == 0) return cudaSuccess;
  prefix_rows<<<ck::ceil_div(rows, 4), 128, 0, static_cast<cudaStream_t>(stream)>>>(x, y, rows, columns);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
