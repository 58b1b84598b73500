static int never_used(int a) { int unused; return 1; }
#pragma message("this is a message")
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  int also_unused = 3;
  double narrowed = alpha; float back = narrowed;
  unsigned compared = N; if (compared < 0) return 1;
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
