#include <vector>
typedef std::vector<float> Values;
static Values by_copy(const float* X, int N) {
  Values x(N);
  cudaMemcpy(x.data(), X, N * 4, cudaMemcpyDeviceToHost);
  return x;
}
static Values scaled(Values x, float alpha) {
  for (float& value : x) value *= alpha;
  return x;
}
__global__ void nothing() {}
