// A correct solution in another style: one warp a row.
#include "ck/check.cuh"

namespace {

__global__ void normalise_rows(const float* x, float* y, int columns) {
  x += static_cast<size_t>(blockIdx.x) * columns;
  y += static_cast<size_t>(blockIdx.x) * columns;
  float peak = 0.0f;
  for (int c = threadIdx.x; c < columns; c += 32) peak = fmaxf(peak, fabsf(x[c]));
  for (int half = 16; half > 0; half /= 2) peak = fmaxf(peak, __shfl_xor_sync(0xffffffffu, peak, half));
  const float factor = peak > 0.0f ? 1.0f / peak : 1.0f;
  for (int c = threadIdx.x; c < columns; c += 32) y[c] = x[c] * factor;
}

}  // namespace

extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
  if (rows > 0 && columns > 0) {
    normalise_rows<<<rows, 32, 0, static_cast<cudaStream_t>(stream)>>>(x, y, columns);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}
