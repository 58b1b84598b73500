// Correct in another style: K is cut into slices that several blocks sum at the same time and add to C with atomics. C is scaled by
// beta first, by a kernel of its own on the same stream. The order of the additions differs from run to run, which the bounds must allow.
#include <cuda_runtime.h>

static const int kTile = 16;
static const int kSlice = 64;  // numbers of K per block

__device__ __forceinline__ float fetch(const float* p, int rows, int cols, int ld, int r, int c) {
  return (r < rows && c < cols) ? p[(long long)r * ld + c] : 0.f;
}

__global__ void scale(float* C, int M, int N, int ldc, float beta) {
  const long long total = (long long)M * N;
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < total; i += step) {
    float& c = C[i / N * ldc + i % N];
    if (beta == 0.f) c = 0.f;
    else c *= beta;
  }
}

__global__ void accumulate(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha) {
  __shared__ float a[kTile][kTile + 1], b[kTile][kTile + 1];
  const int x = threadIdx.x % kTile, y = threadIdx.x / kTile;
  const int tilesN = (N + kTile - 1) / kTile;
  const int r = (int)(blockIdx.x / tilesN) * kTile + y;
  const int c = (int)(blockIdx.x % tilesN) * kTile + x;
  // gridDim.y is bounded, K isn't: a block takes every gridDim.y-th slice
  float total = 0.f;
  for (int begin = blockIdx.y * kSlice; begin < K; begin += gridDim.y * kSlice) {
    const int end = min(K, begin + kSlice);
    for (int k = begin; k < end; k += kTile) {
      a[y][x] = fetch(A, M, end, lda, r, k + x);
      b[y][x] = fetch(B, end, N, ldb, k + y, c);
      __syncthreads();
#pragma unroll
      for (int i = 0; i < kTile; i++) total = fmaf(a[y][i], b[i][x], total);
      __syncthreads();
    }
  }
  if (r < M && c < N) atomicAdd(C + (long long)r * ldc + c, alpha * total);
}

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  if (M <= 0 || N <= 0) return 0;
  cudaStream_t s = (cudaStream_t)stream;
  scale<<<64, 256, 0, s>>>(C, M, N, ldc, beta);
  cudaError_t e = cudaGetLastError();
  if (e != cudaSuccess) return e;
  if (K <= 0) return 0;
  int slices = (K + kSlice - 1) / kSlice;
  if (slices > 32) slices = 32;
  dim3 grid((M + kTile - 1) / kTile * ((N + kTile - 1) / kTile), slices);
  accumulate<<<grid, kTile * kTile, 0, s>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha);
  return cudaGetLastError();
}
