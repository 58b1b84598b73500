// A correct solution in another style: a block for each bin, which nobody else writes.
#include "ck/check.cuh"

static __global__ void count_bin(const float* x, int* counts, int n, int bins, float low, float high) {
  const int bin = blockIdx.x;
  int found = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    const float place = (x[i] - low) * bins / (high - low);
    const bool mine = place >= bin && place < bin + 1;
    found += mine || (bin == bins - 1 && x[i] == high);
  }
  __shared__ int sum;
  if (threadIdx.x == 0) sum = 0;
  __syncthreads();
  atomicAdd(&sum, found);
  __syncthreads();
  if (threadIdx.x == 0) counts[bin] = sum;
}

extern "C" int ck_histogram(const float* x, int* counts, int n, int bins, float low, float high, void* stream) {
  count_bin<<<bins, 256, 0, (cudaStream_t)stream>>>(x, counts, n, bins, low, high);
  CK_CHECK_LAUNCH();
  return 0;
}
