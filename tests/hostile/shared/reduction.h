#include "ck/check.cuh"
// Sum, maximum and argmax (OP 0, 1, 2) as they should be, but for what is between warps and blocks.
__device__ __forceinline__ bool better(float a, long long ia, float b, long long ib) {  // is b better than a
  if (ib < 0) return false;
  if (ia < 0) return true;
  const bool na = a != a, nb = b != b;
  if (na || nb) return na && nb ? ib < ia : nb;
  return b > a || (b == a && ib < ia);
}
__device__ __forceinline__ float larger(float a, float b) {
  float c;
  asm("max.NaN.f32 %0,%1,%2;" : "=f"(c) : "f"(a), "f"(b));
  return c;
}
__device__ __forceinline__ float larger(float4 f) { return larger(larger(f.x, f.y), larger(f.z, f.w)); }
// Of the float4s first, first + step, ..., and of the numbers behind the last whole one.
template <int OP>
__device__ __forceinline__ void part(const float* x, long long n, long long first, long long step, float& v, long long& id) {
  const float4* x4 = (const float4*)x;
  const long long n4 = n / 4;
  long long q = first;
  id = -1;
  if (OP == 0) {
    float a = 0, b = 0, c = 0, d = 0;
    for (; q + 7 * step < n4; q += 8 * step) {
#pragma unroll
      for (int u = 0; u < 8; ++u) {
        const float4 f = x4[q + u * step];
        a += f.x, b += f.y, c += f.z, d += f.w;
      }
    }
    for (; q < n4; q += step) {
      const float4 f = x4[q];
      a += f.x, b += f.y, c += f.z, d += f.w;
    }
    for (long long e = n4 * 4 + first; e < n; e += step) a += x[e];
    v = (a + b) + (c + d);
    return;
  }
  v = -__int_as_float(0x7f800000);
  if (OP == 1) {
    for (; q + 7 * step < n4; q += 8 * step) {
#pragma unroll
      for (int u = 0; u < 8; ++u) v = larger(v, larger(x4[q + u * step]));
    }
    for (; q < n4; q += step) v = larger(v, larger(x4[q]));
    for (long long e = n4 * 4 + first; e < n; e += step) v = larger(v, x[e]);
    return;
  }
  long long raised = first < n4 ? first : -1;  // the float4 that first raised the maximum
#pragma unroll 8
  for (; q < n4; q += step) {
    const float g = larger(x4[q]);
    if (!(g <= v) && v == v) v = g, raised = q;
  }
  if (raised >= 0) {
    for (int u = 3; u >= 0; --u) {
      const float e = x[raised * 4 + u];
      if (e == v || (e != e && v != v)) id = raised * 4 + u;
    }
  }
  for (long long e = n4 * 4 + first; e < n; e += step)
    if (better(v, id, x[e], e)) v = x[e], id = e;
}
template <int OP>
__device__ __forceinline__ void of_warp(float& v, long long& id) {
  for (int o = 16; o; o >>= 1) {
    const float w = __shfl_down_sync(~0u, v, o);
    const long long iw = OP == 2 ? __shfl_down_sync(~0u, id, o) : 0;
    if (OP == 0) v += w;
    if (OP == 1) v = larger(v, w);
    if (OP == 2 && better(v, id, w, iw)) v = w, id = iw;
  }
}
template <int OP>
__device__ __forceinline__ void store(void* out, float v, long long id) {
  if (OP == 2) {
    *(long long*)out = id;
  } else {
    *(float*)out = v;
  }
}
__device__ __forceinline__ void pass_time(int rounds) {
  float a = threadIdx.x, b = 1;
#pragma unroll 1
  for (int q = 0; q < rounds; ++q)
    asm volatile(
        "fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; "
        "fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; fma.rn.f32 %0,%0,%1,%1; "
        : "+f"(a)
        : "f"(b));
}
