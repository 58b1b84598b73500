extern __shared__ float tile[];
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  tile[threadIdx.x + 12000] = i < N ? X[i] : 0.0f;
  __syncthreads();
  if (i < N) Y[i] = alpha * tile[threadIdx.x + 12000];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  cudaFuncSetAttribute(scale, cudaFuncAttributeMaxDynamicSharedMemorySize, 64 << 10);
  scale<<<(N + 127) / 128, 128, 64 << 10, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
