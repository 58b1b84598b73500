// Wrong: a strip of 8 columns, stored with a pitch of 64: the words that a warp takes out lie 64 apart.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void strip(const float* a, float* b, int m, int n, long lda, long ldb) {
  __shared__ float s[64 * 32];  // one column of the strip after the other
  const long i0 = (long)blockIdx.x * 64, j0 = (long)blockIdx.y * 32;
  for (int r = threadIdx.y; r < 64; r += 8)
    if (i0 + r < m && j0 + threadIdx.x < n) s[threadIdx.x * 64 + r] = a[(i0 + r) * lda + j0 + threadIdx.x];
  __syncthreads();
  for (int c = threadIdx.y; c < 32; c += 8)
    for (int r = threadIdx.x; r < 64; r += 32)
      if (j0 + c < n && i0 + r < m) b[(j0 + c) * ldb + i0 + r] = s[c * 64 + r];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return 0;
  strip<<<dim3(ck::ceil_div(M, 64), ck::ceil_div(N, 32)), dim3(32, 8), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo);
  return cudaGetLastError();
}
