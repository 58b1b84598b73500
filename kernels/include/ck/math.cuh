// ck/math.cuh: whole-number arithmetic for grids and tiles, on host and device.
#pragma once
#include <type_traits>

namespace ck {

// How many pieces of `size` cover `count`: ceil_div(33, 16) == 3. count >= 0, size > 0; never overflows. Two types of integers, such as a
// long long and an int, give the wider one.
template <typename T, typename U>
__host__ __device__ constexpr std::common_type_t<T, U> ceil_div(T count, U size) {
  using Wide = std::common_type_t<T, U>;
  return Wide(count) / Wide(size) + (Wide(count) % Wide(size) != 0);
}

// The smallest multiple of `size` that is >= count: round_up(33, 16) == 48.
template <typename T, typename U>
__host__ __device__ constexpr std::common_type_t<T, U> round_up(T count, U size) {
  return ceil_div(count, size) * size;
}

}  // namespace ck
