__device__ __noinline__ float f0(float x) { return x + 1; }
__global__ void big(float* o, int n) {
  float x = o[threadIdx.x];
  switch (n + threadIdx.x) {
#define C(i)                     \
  case i:                        \
    x = x * (float)i + o[i * 3]; \
    o[i] = x;                    \
    break;
    C(0)
    C(1) C(2) C(3) C(4) C(5) C(6) C(7) C(8) C(9) C(10) C(11) C(12) C(13) C(14) C(15) C(16) C(17) C(18) C(19) C(20) default : x = f0(x);
  }
  o[threadIdx.x] = x;
}
struct __attribute__((packed)) P {
  char a;
  const void* p;
  int k;
};
__device__ int tgt[4];
__device__ P packed = {1, &tgt[2], 5};
extern "C" __global__ void plain(__grid_constant__ const P p, float* __restrict__ q) { q[0] = p.k + packed.k + *(const int*)packed.p; }
template <typename T, int... N>
struct W {
  template <typename U>
  __device__ static U go(U a) {
    return a + sizeof...(N) + sizeof(T);
  }
};
__global__ void ret_early(int* o) {
  if (threadIdx.x > 5) return;
  for (int i = 0; i < o[0]; i++) {
    if (o[i] == 3) continue;
    if (o[i] == 9) return;
    o[i] *= 2;
  }
}
struct A {
  int x;
  __device__ __noinline__ A(int v) : x(v) {}
};
__global__ void al(int* o) {
  A a(o[0]);
  o[1] = a.x;
}
