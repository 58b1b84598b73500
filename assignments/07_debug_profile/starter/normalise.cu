// normalise.cu: each row of a matrix divided by its largest absolute value. It has one bug; the contract stands in ck/debug_profile.h.
#include "ck/check.cuh"

namespace {

constexpr int kThreads = 128;

// One block a row. First its peak, by a tree over the block's threads; then all elements are divided by it.
__global__ void normalise_rows(const float* x, float* y, int columns) {
  __shared__ float peaks[kThreads];
  const float* from = x + static_cast<size_t>(blockIdx.x) * columns;
  float* to = y + static_cast<size_t>(blockIdx.x) * columns;
  float peak = 0.0f;
  for (int c = threadIdx.x; c < columns; c += kThreads) peak = fmaxf(peak, fabsf(from[c]));
  peaks[threadIdx.x] = peak;
  __syncthreads();
  if (threadIdx.x < columns) {  // a thread without a column has nothing to add
    for (int half = kThreads / 2; half > 0; half /= 2) {
      if (threadIdx.x < half) peaks[threadIdx.x] = fmaxf(peaks[threadIdx.x], peaks[threadIdx.x + half]);
      __syncthreads();
    }
  }
  __syncthreads();
  const float divisor = peaks[0] > 0.0f ? peaks[0] : 1.0f;
  for (int c = threadIdx.x; c < columns; c += kThreads) to[c] = from[c] / divisor;
}

}  // namespace

extern "C" int ck_normalise(const float* x, float* y, int rows, int columns, void* stream) {
  if (rows == 0 || columns == 0) return cudaSuccess;
  normalise_rows<<<rows, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, y, columns);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
