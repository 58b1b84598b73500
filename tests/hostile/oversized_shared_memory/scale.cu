extern __shared__ float tile[];
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  tile[threadIdx.x + 60000] = i < N ? X[i] : 0;
  if (i < N) Y[i] = alpha * tile[threadIdx.x + 60000];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 1 << 19, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
