// C = A·B, 512³ by default, with 32×32 tiles in shared memory: the rung of the ladder that a course spends most time on. Checks itself.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr int kTile = 32;

__global__ void sgemm_tiled(int n, const float *a, const float *b, float *c) {
  __shared__ float tile_a[kTile][kTile], tile_b[kTile][kTile];
  const int row = blockIdx.y * kTile + threadIdx.y, column = blockIdx.x * kTile + threadIdx.x;
  float sum = 0;
  for (int k = 0; k < n; k += kTile) {
    tile_a[threadIdx.y][threadIdx.x] = a[row * n + k + threadIdx.x];
    tile_b[threadIdx.y][threadIdx.x] = b[(k + threadIdx.y) * n + column];
    __syncthreads();
    for (int i = 0; i < kTile; ++i) sum += tile_a[threadIdx.y][i] * tile_b[i][threadIdx.x];
    __syncthreads();  // wait: slower threads still read these tiles
  }
  c[row * n + column] = sum;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 512;
  if (n % kTile) return std::printf("whole tiles only: a multiple of %d\n", kTile), 2;
  std::vector<float> a(n * n), b(n * n), c(n * n, -1);
  for (int i = 0; i < n * n; ++i) a[i] = float(i % 13 - 6), b[i] = float(i % 7 - 3);  // small integers: exact
  float *da, *db, *dc;
  const size_t bytes = sizeof(float) * n * n;
  if (cudaMalloc(&da, bytes) || cudaMalloc(&db, bytes) || cudaMalloc(&dc, bytes)) return std::puts("no device"), 2;
  cudaMemcpy(da, a.data(), bytes, cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), bytes, cudaMemcpyHostToDevice);
  sgemm_tiled<<<dim3(n / kTile, n / kTile), dim3(kTile, kTile)>>>(n, da, db, dc);
  const cudaError_t error = cudaMemcpy(c.data(), dc, bytes, cudaMemcpyDeviceToHost);
  if (error) return std::puts(cudaGetErrorString(error)), 2;
  for (int at = 0; at < n * n; at += 997) {
    float want = 0;
    for (int k = 0; k < n; ++k) want += a[at / n * n + k] * b[k * n + at % n];
    if (c[at] != want) return std::printf("wrong at %d: %g, not %g\n", at, c[at], want), 1;
  }
  cudaFree(da), cudaFree(db), cudaFree(dc);
  return 0;
}
