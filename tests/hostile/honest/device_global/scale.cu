__device__ unsigned int done;
__global__ void begin() { done = 0; }
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  for (;;) {
    const int i = atomicAdd(&done, 1);
    if (i >= N) return;
    Y[i] = alpha * X[i];
  }
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  begin<<<1, 1, 0, (cudaStream_t)stream>>>();
  scale<<<4, 64, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
