// A correct solution in another style: one block, no partial sums in global memory.
#include "ck/check.cuh"

static __global__ void mean_square(const float* x, float* result, int n) {
  __shared__ double sums[512];
  double sum = 0;
  for (int i = threadIdx.x; i < n; i += 512) sum += double(x[i]) * x[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x > 0) return;
  for (int i = 1; i < 512; i++) sum += sums[i];
  *result = n ? float(sum / n) : 0;
}

extern "C" int ck_mean_square(const float* x, float* result, float* partial, int n, void* stream) {
  mean_square<<<1, 512, 0, (cudaStream_t)stream>>>(x, result, n);
  CK_CHECK_LAUNCH();
  return 0;
}
