#include <cassert>
#include <cstdio>
__constant__ float coef[4] = {1.f, 2.5f, -3.f, 1e-8f};
__constant__ int sizes[3] = {1, 2, 3};
__constant__ double dd = 3.14159;
__device__ int counter = 7;
__device__ int arr[5] = {1, 2, 3};
__device__ int* ptr = &arr[2];
__device__ const char* names[3] = {"alpha", "beta", nullptr};
__device__ struct {
  char c;
  int* p;
  short s;
} mixed = {'x', &counter, 3};
__managed__ int managed_v = 5;
extern __shared__ float dyn[];
template <int N>
__global__ void k(float* o, const float* a, int n) {
  __shared__ float t[N];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  t[threadIdx.x] = i < n ? a[i] : 0;
  dyn[threadIdx.x] = t[threadIdx.x] * coef[i & 3];
  __syncthreads();
  for (int s = N / 2; s > 0; s >>= 1) {
    if (threadIdx.x < s) t[threadIdx.x] += t[threadIdx.x + s];
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    o[blockIdx.x] = t[0] + dyn[3];
    printf("block %d %f %s\n", blockIdx.x, t[0], names[i & 1]);
  }
  assert(n > 3);
  atomicAdd(&counter, sizes[n % 3]);
  atomicAdd(ptr, 1);
  managed_v += mixed.s;
  o[0] = dd;
}
template __global__ void k<64>(float*, const float*, int);
template __global__ void k<128>(float*, const float*, int);
