//@ shared/scale.h
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  cudaMemsetAsync(Y, 0, N * 4, (cudaStream_t)stream);
  scale<<<1, 1, 0, (cudaStream_t)stream>>>(X, Y, 0, alpha);
  return cudaGetLastError();
}
