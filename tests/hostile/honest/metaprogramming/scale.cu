#include <utility>
template <int step>
__device__ void one(const float* X, float* Y, int N, float alpha, int base) {
  const int i = base + step * 32;
  if (i < N) Y[i] = alpha * X[i];
}
template <int... steps>
__device__ void all(const float* X, float* Y, int N, float alpha, int base, std::integer_sequence<int, steps...>) {
  (one<steps>(X, Y, N, alpha, base), ...);
}
template <int count>
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  all(X, Y, N, alpha, blockIdx.x * 32 * count + threadIdx.x, std::make_integer_sequence<int, count>());
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<4><<<(N + 127) / 128, 32, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
