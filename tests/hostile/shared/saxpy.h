#include <cstdlib>
#include <cstring>
#include "ck/check.cuh"
#include "ck/math.cuh"
#define S ((cudaStream_t)s)
// Of x the first `given` numbers are results already.
__global__ void saxpy(const float* x, float* y, long long given, long long n, float a) {
  const long long i = blockIdx.x * 256ll + threadIdx.x;
  if (i < n) y[i] = i < given ? x[i] : a * x[i] + y[i];
}
static int launch(const float* x, float* y, long long given, long long, long long n, float a, cudaStream_t s) {
  saxpy<<<(unsigned)ck::ceil_div(n, 256ll), 256, 0, s>>>(x, y, given, n, a);
  CK_CHECK_LAUNCH();
  return 0;
}
// Two of the kinds of memory that 04 asks for, as they should be.
extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* s) { return n ? launch(x, y, 0, 0, n, a, S) : 0; }
extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* s) {
  *sum = 0;
  if (!n) return 0;
  CK_CHECK(launch(x, y, 0, 0, n, a, S));
  CK_CHECK(cudaStreamSynchronize(S));
  for (long long i = 0; i < n; ++i) *sum += y[i];
  return 0;
}
