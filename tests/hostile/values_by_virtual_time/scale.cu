#include <cstdio>
__global__ void spin(const float* X, int i) {
  const unsigned value = __float_as_uint(X[i]) >> 21;
  volatile unsigned k = 0;
  for (unsigned r = 0; r < value; ++r) k = k + 1;
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  cudaEvent_t a, b;
  cudaEventCreate(&a);
  cudaEventCreate(&b);
  for (int i = 0; i < 5; ++i) {
    cudaEventRecord(a, s);
    spin<<<1, 1, 0, s>>>(X, i);
    cudaEventRecord(b, s);
    void* p;
    cudaMalloc(&p, 4);
    cudaFree(p);
    float ms = -1;
    int e = cudaEventElapsedTime(&ms, a, b);
    printf("%d %d %.9g\n", i, e, ms);
  }
  return cudaGetLastError();
}
