#include <cstring>
struct Some {
  float value[500];
};
__global__ void put(float* Y, Some some, int count) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) Y[i] = some.value[i];
}
static void by_parameters(float* Y, const Values& y, cudaStream_t stream) {
  for (size_t at = 0; at < y.size(); at += 500) {
    Some some;
    const int count = y.size() - at < 500 ? int(y.size() - at) : 500;
    memcpy(some.value, &y[at], count * 4);
    put<<<1, 128, 0, stream>>>(Y + at, some, count);
  }
}
