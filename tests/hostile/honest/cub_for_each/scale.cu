#include <cub/device/device_for.cuh>
struct Each {
  const float* from;
  float* to;
  float factor;
  __device__ void operator()(int i) const { to[i] = factor * from[i]; }
};
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  cub::DeviceFor::Bulk(N, Each{X, Y, alpha}, (cudaStream_t)stream);
  return cudaGetLastError();
}
