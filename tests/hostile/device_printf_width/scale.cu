#include <cstdio>
__global__ void talk(const char* nowhere) {
  printf("%999999999d|%.999999999f|%*.*f|", 1, 2.0, 999999999, 999999999, 3.0);
  printf("%n%hhn%ls%s%p", nowhere, nowhere, nowhere, nowhere, nowhere);
  printf("%1$999999999d %99$s", 5);
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  talk<<<1, 1, 0, (cudaStream_t)stream>>>((const char*)8);
  cudaStreamSynchronize((cudaStream_t)stream);
  return cudaGetLastError();
}
