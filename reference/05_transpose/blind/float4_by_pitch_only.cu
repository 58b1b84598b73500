// Wrong: uses float4 where the leading dimension is a multiple of 4 and forgets that the pointer itself may not be aligned.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int S = 32;

template <bool Wide>
__global__ void transposeVec(const float* __restrict__ in, float* __restrict__ out, int m, int n, size_t ldi, size_t ldo, unsigned nx) {
  __shared__ float tile[S][S + 1];
  const int i0 = blockIdx.x / nx * S, j0 = blockIdx.x % nx * S;
  // 256 threads: 8 groups of 4 columns by 32 rows
  const int row = threadIdx.x / 8, quad = threadIdx.x % 8 * 4;
  if (i0 + row < m) {
    const float* p = in + (i0 + row) * ldi + j0 + quad;
    if (Wide && j0 + quad + 3 < n) {
      const float4 v = *reinterpret_cast<const float4*>(p);
      tile[row][quad] = v.x;
      tile[row][quad + 1] = v.y;
      tile[row][quad + 2] = v.z;
      tile[row][quad + 3] = v.w;
    } else {
      for (int q = 0; q < 4; ++q)
        if (j0 + quad + q < n) tile[row][quad + q] = p[q];
    }
  }
  __syncthreads();
  const int lane = threadIdx.x % S;
  for (int j = threadIdx.x / S; j < S; j += 8)
    if (j0 + j < n && i0 + lane < m) out[(j0 + j) * ldo + i0 + lane] = tile[lane][j];
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M == 0 || N == 0) return cudaSuccess;
  const unsigned nx = ck::ceil_div(N, S);
  const unsigned grid = nx * ck::ceil_div(M, S);
  auto kernel = ldi % 4 == 0 ? transposeVec<true> : transposeVec<false>;
  kernel<<<grid, 256, 0, (cudaStream_t)stream>>>(input, output, M, N, ldi, ldo, nx);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}
