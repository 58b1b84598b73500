namespace {
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
class Guard {
 public:
  explicit Guard(int device) { cudaGetDevice(&before_), cudaSetDevice(device); }
  ~Guard() { cudaSetDevice(before_); }

 private:
  int before_ = 0;
};
}  // namespace
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  const Guard guard(0);
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
