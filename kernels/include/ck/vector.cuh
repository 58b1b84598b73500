// ck/vector.cuh: four floats in one access. A float4 needs an address that 16 divides; these say where that holds and what to do elsewhere.
//
// One load of a float4 a lane moves 512 bytes a warp: the same sectors as four loads of a float, a quarter of the instructions.
#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace ck {

// Whether every row of a matrix begins where a float4 may: `ld` numbers lie between the beginnings of two rows.
__host__ __device__ inline bool aligned4(const float* matrix, long long ld = 4) {
  return reinterpret_cast<uintptr_t>(matrix) % sizeof(float4) == 0 && ld % 4 == 0;
}

// The four numbers at p, which 16 divides.
__device__ inline float4 load4(const float* p) { return *reinterpret_cast<const float4*>(p); }
__device__ inline void store4(float* p, float4 v) { *reinterpret_cast<float4*>(p) = v; }

// The same at an edge, or where nothing is known of the address: only `left` of the four exist (0 or less: none), zeros stand for the
// others.
__device__ inline float4 load4(const float* p, long long left, bool aligned) {
  if (aligned && left >= 4) return load4(p);
  return make_float4(left > 0 ? p[0] : 0.0f, left > 1 ? p[1] : 0.0f, left > 2 ? p[2] : 0.0f, left > 3 ? p[3] : 0.0f);
}

__device__ inline void store4(float* p, float4 v, long long left, bool aligned) {
  if (aligned && left >= 4) return store4(p, v);
  if (left > 0) p[0] = v.x;
  if (left > 1) p[1] = v.y;
  if (left > 2) p[2] = v.z;
  if (left > 3) p[3] = v.w;
}

}  // namespace ck
