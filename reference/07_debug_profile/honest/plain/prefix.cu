// A correct solution in another style: one thread a row.
#include "ck/check.cuh"
#include "ck/math.cuh"

static __global__ void prefix_rows(const int* x, int* y, int rows, int columns) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  int sum = 0;
  for (int c = 0; c < columns; c++) {
    sum += x[(long long)row * columns + c];
    y[(long long)row * columns + c] = sum;
  }
}

extern "C" int ck_prefix(const int* x, int* y, int rows, int columns, void* stream) {
  if (rows == 0) return 0;
  prefix_rows<<<ck::ceil_div(rows, 64), 64, 0, (cudaStream_t)stream>>>(x, y, rows, columns);
  CK_CHECK_LAUNCH();
  return 0;
}
