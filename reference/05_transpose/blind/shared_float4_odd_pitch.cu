// Wrong: reads the tile as float4 although its rows are 33 floats long.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void k(const float* in, float* out, int M, int N, size_t ldi, size_t ldo, int ny) {
  // the tile is stored turned already: row = column of the input
  __shared__ __align__(16) float tile[32][33];
  const int i0 = blockIdx.x % ny * 32, j0 = blockIdx.x / ny * 32;
  const int x = threadIdx.x % 32, y = threadIdx.x / 32;
  for (int k = y; k < 32; k += 8) tile[x][k] = i0 + k < M && j0 + x < N ? in[(i0 + k) * ldi + j0 + x] : 0.0f;
  __syncthreads();
  const int j = threadIdx.x / 8, q = threadIdx.x % 8 * 4;
  const float4 v = *reinterpret_cast<const float4*>(&tile[j][q]);
  if (j0 + j >= N) return;
  float* p = out + (j0 + j) * ldo + i0 + q;
  if (i0 + q < M) p[0] = v.x;
  if (i0 + q + 1 < M) p[1] = v.y;
  if (i0 + q + 2 < M) p[2] = v.z;
  if (i0 + q + 3 < M) p[3] = v.w;
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const int ny = ck::ceil_div(M, 32);
  k<<<ny * ck::ceil_div(N, 32), 256, 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, ny);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
