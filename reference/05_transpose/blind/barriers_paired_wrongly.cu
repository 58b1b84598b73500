// Wrong: puts a barrier into the loop over a thread's numbers, which has fewer rounds for some warps, and another one behind the loop.
#include "ck/check.cuh"
#include "ck/math.cuh"

constexpr int T = 32, R = 8;

__global__ void looped(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int nx) {
  __shared__ float s[T][T + 1];
  const int i0 = blockIdx.x / nx * T, j0 = blockIdx.x % nx * T;
  for (int k = threadIdx.y; k < T && i0 + k < M; k += R) {
    if (j0 + threadIdx.x < N) s[k][threadIdx.x] = in[(i0 + k) * ldi + j0 + threadIdx.x];
    __syncthreads();  // in the loop
  }
  __syncthreads();
  for (int k = threadIdx.y; k < T; k += R)
    if (j0 + k < N && i0 + threadIdx.x < M) out[(j0 + k) * ldo + i0 + threadIdx.x] = s[threadIdx.x][k];
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, T);
  looped<<<nx * ck::ceil_div(M, T), dim3(T, R), 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
