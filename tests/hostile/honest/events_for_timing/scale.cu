__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  static cudaEvent_t start, end;
  static bool made = false;
  if (!made) {
    cudaEventCreate(&start);
    cudaEventCreate(&end);
    made = true;
  } else if (cudaEventQuery(end) == cudaSuccess) {
    float ms = 0;
    cudaEventElapsedTime(&ms, start, end);
  }
  cudaEventRecord(start, (cudaStream_t)stream);
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  cudaEventRecord(end, (cudaStream_t)stream);
  return cudaGetLastError();
}
