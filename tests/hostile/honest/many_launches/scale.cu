__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  for (int at = 0; at < N; at += 4) scale<<<1, 4, 0, (cudaStream_t)stream>>>(X + at, Y + at, N - at < 4 ? N - at : 4, alpha);
  return cudaGetLastError();
}
