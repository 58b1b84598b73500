#include <map>
#include <string>
#include <vector>
static const std::map<std::string, int> blocks = {{"small", 64}, {"large", 256}};
static std::vector<int> primes = [] {
  std::vector<int> found;
  for (int n = 2; n < 1000; ++n) {
    bool prime = true;
    for (int p : found) prime &= n % p != 0;
    if (prime) found.push_back(n);
  }
  return found;
}();
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  const int block = blocks.at(N < int(primes.size()) ? "small" : "large");
  scale<<<(N + block - 1) / block, block, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
