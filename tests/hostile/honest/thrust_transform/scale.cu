#include <thrust/execution_policy.h>
#include <thrust/transform.h>
struct Times {
  float factor;
  __host__ __device__ float operator()(float x) const { return factor * x; }
};
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  thrust::transform(thrust::cuda::par_nosync.on((cudaStream_t)stream), X, X + N, Y, Times{alpha});
  return cudaGetLastError();
}
