// ck/math.cuh: whole-number arithmetic for grids and tiles, on host and device.
#pragma once

namespace ck {

// How many pieces of `size` cover `count`: ceil_div(33, 16) == 3. count >= 0, size > 0; never overflows.
template <typename T>
__host__ __device__ constexpr T ceil_div(T count, T size) {
  return count / size + (count % size != 0);
}

// The smallest multiple of `size` that is >= count: round_up(33, 16) == 48.
template <typename T>
__host__ __device__ constexpr T round_up(T count, T size) {
  return ceil_div(count, size) * size;
}

}  // namespace ck
