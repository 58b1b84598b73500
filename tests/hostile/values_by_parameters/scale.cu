//@ shared/host.h
#include <cstring>
struct Some {
  float value[500];
};
__global__ void put(float* Y, Some some, int count) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) Y[i] = some.value[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  const Values y = scaled(by_copy(X, N), alpha);
  for (int at = 0; at < N; at += 500) {
    Some some;
    const int count = N - at < 500 ? N - at : 500;
    memcpy(some.value, &y[at], count * 4);
    put<<<1, 128, 0, (cudaStream_t)stream>>>(Y + at, some, count);
  }
  return cudaGetLastError();
}
