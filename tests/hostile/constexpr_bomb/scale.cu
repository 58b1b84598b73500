constexpr long count() {
  long sum = 0;
  for (long i = 0; i < 1000000000000; ++i) sum += i % 7;
  return sum;
}
static_assert(count() == 1, "never");
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
