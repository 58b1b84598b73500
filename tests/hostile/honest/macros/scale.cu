#define KERNEL(name, ...) __global__ void name(__VA_ARGS__)
#define EACH(i, n) for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += blockDim.x * gridDim.x)
#define CHECK(call)                          \
  do {                                       \
    const cudaError_t error = (call);        \
    if (error != cudaSuccess) return error;  \
  } while (0)
KERNEL(scale, const float* X, float* Y, int N, float alpha) { EACH(i, N) Y[i] = alpha * X[i]; }
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  CHECK(cudaPeekAtLastError());
  return cudaGetLastError();
}
