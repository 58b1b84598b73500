#include <cstdio>
__global__ void talk() {
  for (int i = 0; i < 20; ++i) printf("%0200d %d %d\n", i, blockIdx.x, threadIdx.x);
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  for (int i = 0; i < 100; ++i) {
    talk<<<64, 1024, 0, (cudaStream_t)stream>>>();
    cudaStreamSynchronize((cudaStream_t)stream);
  }
  return cudaGetLastError();
}
