// A table that both sides see, and into which nothing is written: what a program declares isn't what it does
__managed__ float table[2000];
__managed__ float one = 1;
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i] * one;
  if (N < 0) table[i] = alpha;
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
