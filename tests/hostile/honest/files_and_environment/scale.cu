#include <cstdlib>
#include <fstream>
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  int block = 128;
  if (const char* wanted = getenv("SCALE_BLOCK")) block = atoi(wanted);
  std::ifstream settings("scale.conf");
  settings >> block;
  if (!settings) block = 128;
  std::ofstream("/tmp/scale.log") << N << "\n";
  scale<<<(N + block - 1) / block, block, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
