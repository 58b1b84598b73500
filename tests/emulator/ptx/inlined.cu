// A chain of inlined calls, each on a line of its own; loops that end and one that never does.
#include <cstdio>

__device__ long long g64[2] = {-1, 0x7fffffffffffffffLL};
__device__ unsigned char bytes[] = {255, 128, 3};
__device__ double dbl[2] = {1.5, -0.0};
__device__ float zero_big[1000];
__device__ void* vp = (char*)zero_big + 16;
namespace {
__device__ int hidden = 3;
__global__ void anon(int* o) { o[0] = hidden; }
}  // namespace

static __global__ void stat(int* o) {
  __shared__ double loc_sh[8];
  loc_sh[threadIdx.x] = o[1];
  __syncthreads();
  o[2] = loc_sh[3];
}

__device__ __noinline__ void die(int x) {
  printf("die %d", x);
  __trap();
}

__device__ __forceinline__ float inner(float* p, int i) { return p[i] * p[i + 1]; }
__device__ __forceinline__ float mid(float* p, int i) {
  float a = inner(p, i);
  return a + inner(p, i + 2);
}
__global__ void chain(float* o, float* p, long n) {
  while (n) {
    if (o[n] < 0) die(n);
    o[n] = mid(p, n);
    if (o[n] > 5) break;
    n--;
  }
  o[1] = g64[n & 1] + bytes[n] + dbl[n] + (long)vp;
}

__global__ void endless(volatile int* p) {
  for (;;) {
    if (p[1]) p[0]++;
    p[2]++;
  }
}
__global__ void spin(int* p) {
  while (atomicCAS(p, 0, 1)) {}
  p[1]++;
  atomicExch(p, 0);
}
int main() {
  anon<<<1, 1>>>(nullptr);
  stat<<<1, 1>>>(nullptr);
}
