#include <cstdio>
struct S {
  int a;
  double b;
  char c[5];
};
struct Big {
  float4 v;
  int n[3];
};
__device__ __noinline__ int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
__device__ __noinline__ S mk(S s, Big b, int k) {
  s.a += k;
  s.b *= b.v.x;
  s.c[2] = b.n[1];
  return s;
}
typedef float (*op)(float, float);
__device__ float add(float a, float b) { return a + b; }
__device__ float mul(float a, float b) { return a * b; }
__device__ op table[2] = {add, mul};
__device__ op single = mul;
__global__ void calls(S s, Big b, int* o, float* f, int n) {
  o[threadIdx.x] = fib(threadIdx.x & 7);
  for (int i = 0; i < n; i++) {
    S r = mk(s, b, i);
    f[i] = r.b + r.c[2] + r.a;
  }
  f[0] = table[n & 1](f[1], f[2]);
}
__global__ void __launch_bounds__(256, 2) sw(int* o, int n) {
  int t = threadIdx.x;
  switch (n) {
    case 0: t *= 3; break;
    case 1: o[1] = t; break;
    case 2: o[2] = t * t; break;
    case 3: t ^= 7; break;
    case 4: o[t] = 9; break;
    case 5: t = __popc(t); break;
    case 6: o[7] = t + 1; break;
    case 7: atomicMax(o, t); break;
    case 9: t <<= 3; break;
    default: t = 0;
  }
  o[t & 63] = t;
}
struct Base {
  __device__ virtual int f(int x) { return x; }
  __device__ virtual ~Base() {}
};
struct D1 : Base {
  int k;
  __device__ int f(int x) override { return x * k; }
};
__global__ void virt(int* o) {
  D1 d;
  d.k = 3;
  Base* b = o[1] ? &d : new Base;
  o[0] = b->f(o[2]);
  if (!o[1]) delete b;
}
__global__ void mall(int** p) {
  p[threadIdx.x] = (int*)malloc(16);
  p[threadIdx.x][1] = 3;
  free(p[threadIdx.x]);
}
