// Correct in another style: no shared memory and no barrier. A warp holds 32 x 32 numbers in its registers, one column a lane, and turns
// them round in five steps: in step s two lanes whose numbers differ in bit s exchange half of what they hold.
#include "ck/check.cuh"

template <int BIT>
__device__ void exchange(float (&v)[32], unsigned lane) {
  const bool upper = lane & BIT;
#pragma unroll
  for (int i = 0; i < 32; ++i) {
    if (i & BIT) continue;
    const float given = upper ? v[i] : v[i | BIT];
    const float taken = __shfl_xor_sync(0xffffffffu, given, BIT);
    if (upper) v[i] = taken;
    else v[i | BIT] = taken;
  }
}

__global__ void turn(const float* in, float* out, int rows, int cols, int ld_in, int ld_out, long long tiles) {
  const unsigned lane = threadIdx.x % 32;
  const long long tile = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (tile >= tiles) return;  // the whole warp
  const long long across = (cols + 31LL) / 32;
  const long long r = tile / across * 32, c = tile % across * 32;
  float v[32];
#pragma unroll
  for (int i = 0; i < 32; ++i) v[i] = r + i < rows && c + lane < cols ? in[(r + i) * ld_in + c + lane] : 0.0f;
  exchange<16>(v, lane);
  exchange<8>(v, lane);
  exchange<4>(v, lane);
  exchange<2>(v, lane);
  exchange<1>(v, lane);
#pragma unroll
  for (int i = 0; i < 32; ++i) {
    if (c + i < cols && r + lane < rows) out[(c + i) * ld_out + r + lane] = v[i];
  }
}

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  if (M < 1 || N < 1) return 0;
  const long long tiles = ((M + 31LL) / 32) * ((N + 31LL) / 32);
  const int warps = 4;
  turn<<<unsigned((tiles + warps - 1) / warps), 32 * warps, 0, static_cast<cudaStream_t>(stream)>>>(input, output, M, N, ldi, ldo, tiles);
  CK_CHECK_LAUNCH();
  return 0;
}
