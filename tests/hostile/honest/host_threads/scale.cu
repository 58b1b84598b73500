#include <thread>
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  const int half = N / 2;
  std::thread first([=] { scale<<<(half + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, half, alpha); });
  std::thread second([=] { scale<<<(N - half + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X + half, Y + half, N - half, alpha); });
  first.join();
  second.join();
  return cudaGetLastError();
}
