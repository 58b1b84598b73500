// A correct solution in another style: two buffers take turns, so one barrier a step is enough.
#include "ck/check.cuh"

static __global__ void prefix_rows(const int* x, int* y, int columns) {
  __shared__ int sums[2][256];
  const int t = threadIdx.x;
  const long long row = (long long)blockIdx.x * columns;
  int carried = 0;
  for (int first = 0; first < columns; first += 256) {
    int from = 0;
    sums[0][t] = first + t < columns ? x[row + first + t] : 0;
    __syncthreads();
    for (int step = 1; step < 256; step *= 2) {
      sums[1 - from][t] = sums[from][t] + (t >= step ? sums[from][t - step] : 0);
      from = 1 - from;
      __syncthreads();
    }
    if (first + t < columns) y[row + first + t] = carried + sums[from][t];
    carried += sums[from][255];
    __syncthreads();
  }
}

extern "C" int ck_prefix(const int* x, int* y, int rows, int columns, void* stream) {
  if (rows > 0 && columns > 0) prefix_rows<<<rows, 256, 0, (cudaStream_t)stream>>>(x, y, columns);
  return cudaGetLastError();
}
