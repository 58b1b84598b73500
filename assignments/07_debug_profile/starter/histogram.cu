// histogram.cu: how many numbers fall into each bin. It has one bug; the contract stands in ck/debug_profile.h.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int kThreads = 256;

// counts[b] += the numbers of bin b, for b in [0, bins).
__global__ void count(const float* x, int* counts, int n, int bins, float low, float high) {
  const float bins_per_unit = bins / (high - low);
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    const float value = x[i];
    if (value >= low && value <= high) {  // false for NaN
      const int bin = static_cast<int>((value - low) * bins_per_unit);
      atomicAdd(&counts[bin], 1);
    }
  }
}

}  // namespace

extern "C" int ck_histogram(const float* x, int* counts, int n, int bins, float low, float high, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  CK_CHECK(cudaMemsetAsync(counts, 0, bins * sizeof(int), on));
  if (n == 0) return cudaSuccess;
  const int blocks = ck::ceil_div(n, kThreads);
  count<<<blocks < 64 ? blocks : 64, kThreads, 0, on>>>(x, counts, n, bins, low, high);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
