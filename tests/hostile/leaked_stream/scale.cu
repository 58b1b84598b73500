//@ shared/scale.h
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  static cudaStream_t mine;
  if (!mine) cudaStreamCreateWithFlags(&mine, cudaStreamNonBlocking);
  scale<<<(N + 127) / 128, 128, 0, mine>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
