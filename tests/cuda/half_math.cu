// cuda_fp16.h and cuda_bf16.h: conversions, arithmetic on one and on two halves, comparisons, functions, atomics. Expected values are exact
// (small integers and powers of two) or within a unit in the last place of what float gives.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cmath>

#include "check.cuh"

constexpr int kThreads = 64;

template <class T>
__device__ float down_and_up(float x);
template <>
__device__ float down_and_up<__half>(float x) {
  return __half2float(__float2half(x));
}
template <>
__device__ float down_and_up<__nv_bfloat16>(float x) {
  return __bfloat162float(__float2bfloat16(x));
}

__global__ void one(float* out) {
  const int i = threadIdx.x;
  const __half a = __int2half_rn(i), b = __float2half(0.5f);
  float* o = out + 16 * i;
  o[0] = __half2float(__hadd(a, b));
  o[1] = __half2float(__hsub(a, b));
  o[2] = __half2float(__hmul(a, b));
  o[3] = __half2float(__hdiv(a, b));
  o[4] = __half2float(__hfma(a, a, b));
  o[5] = __hlt(a, __float2half(8.0f)) ? 1.0f : 0.0f;
  o[6] = __half2float(__hmax(a, __float2half(10.0f)));
  o[7] = __half2float(hsqrt(__hmul(a, a)));
  o[8] = __half2float(hexp2(__float2half(float(i % 8))));
  o[9] = __half2float(hlog2(hexp2(__float2half(float(i % 8)))));
  o[10] = float(__half2int_rn(__hadd(a, b)));  // ties to even
  o[11] = __half2float(__hneg(a));
  o[12] = __half2float(hfloor(__hmul(a, __float2half(0.75f))));
  o[13] = __half2float(hrcp(__float2half(float(1 << i % 8))));
  o[14] = __hisnan(hsqrt(__float2half(-1.0f - i))) ? 1.0f : 0.0f;
  o[15] = down_and_up<__half>(1.0f + i * 0x1p-11f);
}

__global__ void two(float2* out) {
  const int i = threadIdx.x;
  const __half2 a = __floats2half2_rn(float(i), float(-i)), b = __float2half2_rn(2.0f);
  float2* o = out + 8 * i;
  o[0] = __half22float2(__hadd2(a, b));
  o[1] = __half22float2(__hmul2(a, b));
  o[2] = __half22float2(__hfma2(a, b, b));
  o[3] = __half22float2(__habs2(a));
  o[4] = __half22float2(__hgt2(a, b));
  o[5] = __half22float2(__hmax2(a, b));
  o[6] = __half22float2(__lowhigh2highlow(a));
  o[7] = __half22float2(h2exp2(__floats2half2_rn(float(i % 4), float(-(i % 4)))));
}

__global__ void brains(float* out) {
  const int i = threadIdx.x;
  const __nv_bfloat16 a = __float2bfloat16(float(i)), b = __float2bfloat16(0.5f);
  float* o = out + 8 * i;
  o[0] = __bfloat162float(__hadd(a, b));
  o[1] = __bfloat162float(__hmul(a, b));
  o[2] = __bfloat162float(__hfma(a, b, b));
  o[3] = __hge(a, __float2bfloat16(10.0f)) ? 1.0f : 0.0f;
  const __nv_bfloat162 p = __floats2bfloat162_rn(float(i), 1.0f), q = __hfma2(p, p, p);
  o[4] = __low2float(q);
  o[5] = __high2float(q);
  o[6] = down_and_up<__nv_bfloat16>(1.0f + i * 0x1p-8f);
  o[7] = __bfloat162float(hexp2(__float2bfloat16(float(i % 8))));
}

__global__ void sums(__half* h, __half2* h2, __nv_bfloat16* b) {
  atomicAdd(h, __float2half(1.0f));
  atomicAdd(h2, __floats2half2_rn(1.0f, 2.0f));
  atomicAdd(b, __float2bfloat16(1.0f));
}

static float rounded(float x, int fraction_bits) {
  int e;
  const float m = std::frexp(x, &e);
  return std::ldexp(std::nearbyint(std::ldexp(m, fraction_bits + 1)), e - fraction_bits - 1);
}

int main() {
  float* d;
  static float o[16 * kThreads];
  CHECK(cudaMalloc(&d, sizeof o));
  one<<<1, kThreads>>>(d);
  CHECK(cudaMemcpy(o, d, sizeof o, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    const float x = float(i), *v = o + 16 * i;
    EXPECT(v[0] == x + 0.5f && v[1] == x - 0.5f && v[2] == x / 2 && v[3] == 2 * x);
    EXPECT(v[4] == rounded(x * x + 0.5f, 10));
    EXPECT(v[5] == (i < 8) && v[6] == std::fmax(x, 10.0f) && v[7] == x);
    EXPECT(v[8] == float(1 << i % 8) && v[9] == float(i % 8));
    EXPECT(v[10] == std::nearbyint(x + 0.5f) && v[11] == -x && v[12] == std::floor(0.75f * x));
    EXPECT(v[13] == 1.0f / float(1 << i % 8) && v[14] == 1.0f);
    EXPECT(v[15] == rounded(1.0f + float(i) * 0x1p-11f, 10));
  }

  float2* d2;
  static float2 o2[8 * kThreads];
  CHECK(cudaMalloc(&d2, sizeof o2));
  two<<<1, kThreads>>>(d2);
  CHECK(cudaMemcpy(o2, d2, sizeof o2, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    const float x = float(i);
    const float2* v = o2 + 8 * i;
    const auto is = [](float2 p, float a, float b) { return p.x == a && p.y == b; };
    EXPECT(is(v[0], x + 2, 2 - x) && is(v[1], 2 * x, -2 * x) && is(v[2], 2 * x + 2, 2 - 2 * x) && is(v[3], x, x));
    EXPECT(is(v[4], x > 2, -x > 2) && is(v[5], std::fmax(x, 2.0f), 2) && is(v[6], -x, x));
    EXPECT(is(v[7], float(1 << i % 4), 1.0f / float(1 << i % 4)));
  }

  static float ob[8 * kThreads];
  brains<<<1, kThreads>>>(d);
  CHECK(cudaMemcpy(ob, d, sizeof ob, cudaMemcpyDeviceToHost));
  for (int i = 0; i < kThreads; i++) {
    const float x = float(i), *v = ob + 8 * i;
    EXPECT(v[0] == rounded(x + 0.5f, 7) && v[1] == x / 2 && v[2] == rounded(x / 2 + 0.5f, 7) && v[3] == (i >= 10));
    EXPECT(v[4] == rounded(x * x + x, 7) && v[5] == 2);
    EXPECT(v[6] == rounded(1.0f + x * 0x1p-8f, 7) && v[7] == float(1 << i % 8));
  }

  struct Sums {
    __half2 h2;
    __half h;
    __nv_bfloat16 b;
  }* s;
  CHECK(cudaMalloc(&s, sizeof *s));
  CHECK(cudaMemset(s, 0, sizeof *s));
  sums<<<2, kThreads>>>(&s->h, &s->h2, &s->b);
  Sums host;
  CHECK(cudaMemcpy(&host, s, sizeof host, cudaMemcpyDeviceToHost));
  EXPECT(__half2float(host.h) == 128 && __bfloat162float(host.b) == 128);
  EXPECT(__low2float(host.h2) == 128 && __high2float(host.h2) == 256);
  CHECK(cudaFree(s));
  CHECK(cudaFree(d));
  CHECK(cudaFree(d2));
  return pass();
}
