// Wrong: does whole tiles and edges in two kernels, and forgets the stream at the second launch.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

constexpr int kT = 32;

__global__ void whole(const float* in, float* out, int nx, size_t ldi, size_t ldo) {
  __shared__ float tile[kT][kT + 1];
  const int i0 = blockIdx.x / nx * kT, j0 = blockIdx.x % nx * kT, t = threadIdx.x;
  for (int k = threadIdx.y; k < kT; k += blockDim.y) tile[k][t] = in[(i0 + k) * ldi + j0 + t];
  __syncthreads();
  for (int k = threadIdx.y; k < kT; k += blockDim.y) out[(j0 + k) * ldo + i0 + t] = tile[t][k];
}

// What lies below row m0 or right of column n0, a number a thread.
__global__ void rest(const float* in, float* out, int m, int n, int m0, int n0, size_t ldi, size_t ldo) {
  const long long right = (long long)(n - n0) * m0, all = right + (long long)(m - m0) * n;
  for (long long e = (long long)blockIdx.x * blockDim.x + threadIdx.x; e < all; e += (long long)gridDim.x * blockDim.x) {
    const long long i = e < right ? e % m0 : m0 + (e - right) / n;
    const long long j = e < right ? n0 + e / m0 : (e - right) % n;
    out[j * ldo + i] = in[i * ldi + j];
  }
}

}  // namespace

extern "C" int ck_transpose(const float* input, float* output, int M, int N, int ldi, int ldo, void* stream) {
  const cudaStream_t s = static_cast<cudaStream_t>(stream);
  const int nx = N / kT, ny = M / kT;
  if (nx * ny > 0) {
    whole<<<nx * ny, dim3(kT, 8), 0, s>>>(input, output, nx, ldi, ldo);
    CK_CHECK_LAUNCH();
  }
  if (M > 0 && N > 0 && (nx * kT < N || ny * kT < M)) {
    rest<<<108, 256>>>(input, output, M, N, ny * kT, nx * kT, ldi, ldo);
    CK_CHECK_LAUNCH();
  }
  return cudaSuccess;
}
