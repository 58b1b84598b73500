template <typename Body>
__global__ void each(int N, Body body) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) body(i);
}
struct Scale {
  const float* from;
  float* to;
  float factor;
  __device__ void operator()(int i) const {
    const auto product = [this](float x) { return factor * x; };
    to[i] = product(from[i]);
  }
};
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  each<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(N, Scale{X, Y, alpha});
  return cudaGetLastError();
}
