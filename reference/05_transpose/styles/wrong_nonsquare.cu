// Wrong: blocks are counted off by M, but a row of them lies along N.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void one_each(const float* a, float* b, int m, int n, long long lda, long long ldb) {
  const int along = (m + 15) / 16;
  const int j = blockIdx.x % along * 16 + threadIdx.x, i = blockIdx.x / along * 16 + threadIdx.y;
  if (i < m && j < n) b[j * ldb + i] = a[i * lda + j];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return 0;
  const unsigned grid = (M + 15u) / 16 * ((N + 15u) / 16);
  one_each<<<grid, dim3(16, 16), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo);
  return cudaGetLastError();
}
