// C = A·B, 512³ by default, one thread an element and nothing kept in between: what everybody writes first. Checks itself.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr int kSide = 16;  // of a block

__global__ void sgemm_naive(int n, const float *a, const float *b, float *c) {
  const int row = blockIdx.y * kSide + threadIdx.y, column = blockIdx.x * kSide + threadIdx.x;
  if (row >= n || column >= n) return;
  float sum = 0;
  for (int k = 0; k < n; ++k) sum += a[row * n + k] * b[k * n + column];
  c[row * n + column] = sum;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 512, side = (n + kSide - 1) / kSide;
  std::vector<float> a(n * n), b(n * n), c(n * n, -1);
  for (int i = 0; i < n * n; ++i) a[i] = float(i % 13 - 6), b[i] = float(i % 7 - 3);  // small integers: exact
  float *da, *db, *dc;
  const size_t bytes = sizeof(float) * n * n;
  if (cudaMalloc(&da, bytes) || cudaMalloc(&db, bytes) || cudaMalloc(&dc, bytes)) return std::puts("no device"), 2;
  cudaMemcpy(da, a.data(), bytes, cudaMemcpyHostToDevice);
  cudaMemcpy(db, b.data(), bytes, cudaMemcpyHostToDevice);
  sgemm_naive<<<dim3(side, side), dim3(kSide, kSide)>>>(n, da, db, dc);
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
