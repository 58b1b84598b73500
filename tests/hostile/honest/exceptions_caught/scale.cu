#include <stdexcept>
#include <string>
static void check(cudaError_t error) {
  if (error) throw std::runtime_error(cudaGetErrorString(error));
}
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  try {
    if (N > 500) throw std::invalid_argument("tried out");
  } catch (const std::invalid_argument&) {
  }
  try {
    scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
    check(cudaGetLastError());
  } catch (const std::exception&) {
    return 1;
  }
  return cudaGetLastError();
}
