// A correct solution in another style: the peak in one kernel's own thread, no shared memory, no barrier.
#include "ck/check.cuh"
#include "ck/math.cuh"

static __global__ void normalise_rows(const float* x, float* y, int rows, int columns) {
  const int row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= rows) return;
  const float* from = x + (long long)row * columns;
  float peak = 0;
  for (int c = 0; c < columns; c++) peak = max(peak, abs(from[c]));
  for (int c = 0; c < columns; c++) y[(long long)row * columns + c] = peak > 0 ? from[c] / peak : from[c];
}

extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
  if (rows == 0) return 0;
  normalise_rows<<<ck::ceil_div(rows, 32), 32, 0, (cudaStream_t)stream>>>(x, y, rows, columns);
  CK_CHECK_LAUNCH();
  return 0;
}
