__global__ void scale(float* Y, int N, float alpha) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] *= alpha;
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  cudaMemcpyAsync(Y, X, N * sizeof(float), cudaMemcpyDeviceToDevice, (cudaStream_t)stream);
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(Y, N, alpha);
  return cudaGetLastError();
}
