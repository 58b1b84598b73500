// Conversions between half precision and wider floats, round to nearest even unless told otherwise.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace wg {

inline float from_half(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023;
  if (exponent == 0) {
    const float magnitude = float(fraction) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  const uint32_t bits = sign | (exponent == 31 ? 0x7f800000u | fraction << 13 : (exponent + 112) << 23 | fraction << 13);
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

inline float from_bfloat16(uint16_t h) {
  const uint32_t bits = uint32_t(h) << 16;
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

// Rounds x to `fraction_bits` of fraction with the smallest normal exponent `least`; mode: 0 nearest even, 1 towards zero, 2 down, 3 up.
inline double round_to(double x, int fraction_bits, int least, int mode) {
  if (x == 0 || !std::isfinite(x)) return x;
  int e;
  std::frexp(x, &e);  // x = m * 2^e, 0.5 <= m < 1
  const int exponent = e - 1 < least ? least : e - 1;
  const double unit = std::ldexp(1.0, exponent - fraction_bits);
  const double q = x / unit;  // exact: a power of two
  const double r = mode == 0 ? std::nearbyint(q) : mode == 1 ? std::trunc(q) : mode == 2 ? std::floor(q) : std::ceil(q);
  return std::copysign(r * unit, x);
}

inline uint16_t to_half(double x, int mode = 0) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  if (std::isnan(x)) return 0x7fff;
  const double r = std::fabs(round_to(x, 10, -14, mode));
  if (std::isinf(x)) return sign | 0x7c00;
  if (r > 65504.0) {
    const bool to_infinity = mode == 0 || (mode == 2 && sign) || (mode == 3 && !sign);
    return sign | (to_infinity ? 0x7c00 : 0x7bff);
  }
  if (r < 0x1p-14) return uint16_t(sign | uint16_t(r * 0x1p24));
  int e;
  const double m = std::frexp(r, &e);
  return uint16_t(sign | uint16_t(e - 1 + 15) << 10 | (uint16_t(std::ldexp(m, 11)) & 1023));
}

inline uint16_t to_bfloat16(double x, int mode = 0) {
  if (std::isnan(x)) return 0x7fff;
  const double r = round_to(x, 7, -126, mode);
  float f = float(r);
  if (std::isinf(f) && !std::isinf(x)) {
    const bool to_infinity = mode == 0 || (mode == 2 && x < 0) || (mode == 3 && x > 0);
    if (!to_infinity) f = std::copysign(3.3895313892515355e38f, float(x));
  }
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return uint16_t(bits >> 16);
}

}  // namespace wg
