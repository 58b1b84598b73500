// Wrong: writes the output four numbers at a time and forgets the one to three that are left at a row's end.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void k(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int nx) {
  __shared__ float tile[32][33];
  const int i0 = blockIdx.x / nx * 32, j0 = blockIdx.x % nx * 32;
  const int x = threadIdx.x % 32, y = threadIdx.x / 32;
  for (int k = y; k < 32; k += 8)
    if (i0 + k < M && j0 + x < N) tile[k][x] = in[(i0 + k) * ldi + j0 + x];
  __syncthreads();
  const int q = threadIdx.x % 8 * 4, j = threadIdx.x / 8;
  if (j0 + j < N && i0 + q + 3 < M) {
    float* p = out + (j0 + j) * ldo + i0 + q;
    const float4 v = make_float4(tile[q][j], tile[q + 1][j], tile[q + 2][j], tile[q + 3][j]);
    if (reinterpret_cast<size_t>(p) % 16 == 0) {
      *reinterpret_cast<float4*>(p) = v;
    } else {
      p[0] = v.x;
      p[1] = v.y;
      p[2] = v.z;
      p[3] = v.w;
    }
  }
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int nx = ck::ceil_div(N, 32);
  k<<<nx * ck::ceil_div(M, 32), 256, 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
