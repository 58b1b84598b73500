// What all 32 lanes do at once and compilers don't find by themselves: comparisons into masks, and moves of words between registers and
// memory. A register is written by whole vectors, since the next instruction reads it so: a processor can't forward many small stores to
// one wide load. Elsewhere than on x86-64 plain loops do the same.
#pragma once
#include <cstdint>
#include <cstring>

#include "access.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace wg {

// Bit i: yes[i] is 1 (the others are 0).
inline uint32_t mask_of(const uint8_t* yes) {
#if defined(__AVX2__)
  return uint32_t(_mm256_movemask_epi8(_mm256_slli_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(yes)), 7)));
#else
  uint32_t mask = 0;
  for (unsigned i = 0; i < 32; i++) mask |= uint32_t(yes[i]) << i;
  return mask;
#endif
}

// Whether value[i] == base + delta[i] for all lanes.
[[gnu::always_inline]] inline bool all_lie(const uint32_t* value, uint32_t base, const int32_t* delta) {
#if defined(__AVX512F__)
  const __m512i b = _mm512_set1_epi32(int(base));
  const auto off = [&](unsigned i) {
    return _mm512_xor_si512(_mm512_sub_epi32(_mm512_loadu_si512(value + i), b), _mm512_load_si512(delta + i));
  };
  const __m512i any = _mm512_or_si512(off(0), off(16));
  return _mm512_test_epi32_mask(any, any) == 0;
#elif defined(__AVX2__)
  const __m256i b = _mm256_set1_epi32(int(base));
  __m256i any = _mm256_setzero_si256();
  for (unsigned i = 0; i < 32; i += 8) {
    const __m256i distance = _mm256_sub_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(value + i)), b);
    any = _mm256_or_si256(any, _mm256_xor_si256(distance, _mm256_load_si256(reinterpret_cast<const __m256i*>(delta + i))));
  }
  return _mm256_testz_si256(any, any);
#else
  uint32_t any = 0;
  for (unsigned i = 0; i < 32; i++) any |= (value[i] - base) ^ uint32_t(delta[i]);
  return any == 0;
#endif
}
[[gnu::always_inline]] inline bool all_lie(const uint64_t* value, uint64_t base, const int32_t* delta) {
#if defined(__AVX512F__)
  const __m512i b = _mm512_set1_epi64(int64_t(base));
  const auto off = [&](unsigned i) {
    const __m512i wanted = _mm512_cvtepi32_epi64(_mm256_load_si256(reinterpret_cast<const __m256i*>(delta + i)));
    return _mm512_xor_si512(_mm512_sub_epi64(_mm512_loadu_si512(value + i), b), wanted);
  };
  const __m512i any = _mm512_or_si512(_mm512_or_si512(off(0), off(8)), _mm512_or_si512(off(16), off(24)));
  return _mm512_test_epi64_mask(any, any) == 0;
#elif defined(__AVX2__)
  const __m256i b = _mm256_set1_epi64x(int64_t(base));
  __m256i any = _mm256_setzero_si256();
  for (unsigned i = 0; i < 32; i += 4) {
    const __m256i distance = _mm256_sub_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(value + i)), b);
    const __m256i wanted = _mm256_cvtepi32_epi64(_mm_load_si128(reinterpret_cast<const __m128i*>(delta + i)));
    any = _mm256_or_si256(any, _mm256_xor_si256(distance, wanted));
  }
  return _mm256_testz_si256(any, any);
#else
  uint64_t any = 0;
  for (unsigned i = 0; i < 32; i++) any |= (value[i] - base) ^ uint64_t(int64_t(delta[i]));
  return any == 0;
#endif
}
// The same for the lanes of the mask.
template <class T>
bool some_lie(const T* value, T base, const int32_t* delta, uint32_t mask) {
  T any = 0;
  for (unsigned i = 0; i < 32; i++) any |= ((value[i] - base) ^ T(int64_t(delta[i]))) & (T(0) - T(mask >> i & 1));
  return any == 0;
}

// to[i] = from[i] for the lanes of the mask. In a register the others are written as they were, in memory they aren't touched.
inline void load_masked(uint32_t* to, const uint8_t* from, uint32_t mask) {
#if defined(__AVX512F__)
  for (unsigned i = 0; i < 32; i += 16)
    _mm512_storeu_si512(to + i, _mm512_mask_loadu_epi32(_mm512_loadu_si512(to + i), __mmask16(mask >> i), from + 4 * i));
#elif defined(__AVX2__)
  const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  for (unsigned i = 0; i < 32; i += 8) {
    const __m256i lanes = _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(int(mask >> i)), bits), bits);
    auto* d = reinterpret_cast<__m256i*>(to + i);
    const __m256i loaded = _mm256_maskload_epi32(reinterpret_cast<const int*>(from + 4 * i), lanes);
    _mm256_storeu_si256(d, _mm256_blendv_epi8(_mm256_loadu_si256(d), loaded, lanes));
  }
#else
  for (; mask; mask &= mask - 1) std::memcpy(to + __builtin_ctz(mask), from + 4 * __builtin_ctz(mask), 4);
#endif
}
inline void store_masked(uint8_t* to, const uint32_t* from, uint32_t mask) {
#if defined(__AVX512F__)
  for (unsigned i = 0; i < 32; i += 16) _mm512_mask_storeu_epi32(to + 4 * i, __mmask16(mask >> i), _mm512_loadu_si512(from + i));
#else
  for (; mask; mask &= mask - 1) std::memcpy(to + 4 * __builtin_ctz(mask), from + __builtin_ctz(mask), 4);
#endif
}

// to[i] = the word at from + delta[i], for all lanes.
inline void gather_words(uint32_t* to, const uint8_t* from, const int32_t* delta) {
#if defined(__AVX512F__)
  for (unsigned i = 0; i < 32; i += 16) _mm512_store_si512(to + i, _mm512_i32gather_epi32(_mm512_load_si512(delta + i), from, 1));
#elif defined(__AVX2__)
  for (unsigned i = 0; i < 32; i += 8)
    _mm256_store_si256(
        reinterpret_cast<__m256i*>(to + i),
        _mm256_i32gather_epi32(reinterpret_cast<const int*>(from), _mm256_load_si256(reinterpret_cast<const __m256i*>(delta + i)), 1));
#else
  for (unsigned i = 0; i < 32; i++) std::memcpy(to + i, from + delta[i], 4);
#endif
}

// The same where each group of 8 lanes reads a run of words or one for all (Pattern::segments).
[[gnu::always_inline]] inline void load_segments(uint32_t* to, const uint8_t* from, const Pattern& p) {
#if defined(__AVX2__)
  const auto group = [&](unsigned s) {
    const uint8_t* at = from + p.delta[s * kSegmentLanes];
    if (p.runs >> s & 1) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    int word;
    std::memcpy(&word, at, 4);
    return _mm256_set1_epi32(word);
  };
#if defined(__AVX512F__)
  for (unsigned s = 0; s < kSegments; s += 2)
    _mm512_store_si512(to + s * kSegmentLanes, _mm512_inserti64x4(_mm512_castsi256_si512(group(s)), group(s + 1), 1));
#else
  for (unsigned s = 0; s < kSegments; s++) _mm256_store_si256(reinterpret_cast<__m256i*>(to + s * kSegmentLanes), group(s));
#endif
#else
  gather_words(to, from, p.delta);
#endif
}

// One word a lane from memory into a register, or back: lane i's lies at `at` + p.delta[i].
[[gnu::always_inline]] inline void load_words(uint32_t* d, const uint8_t* at, const Pattern& p, uint32_t mask) {
  using Shape = Pattern::Shape;
  if (__builtin_expect(mask == ~0u, 1)) {
    if (p.shape == Shape::run) {
      std::memcpy(d, at, 4 * 32);
    } else if (p.shape == Shape::broadcast) {
      uint32_t word;
      std::memcpy(&word, at, 4);
      for (unsigned i = 0; i < 32; i++) d[i] = word;
    } else if (p.shape == Shape::segments) {
      load_segments(d, at, p);
    } else {
      gather_words(d, at, p.delta);
    }
  } else if (p.shape == Shape::run) {
    load_masked(d, at - 4 * __builtin_ctz(mask), mask);
  } else {
    for (uint32_t m = mask; m; m &= m - 1) std::memcpy(d + __builtin_ctz(m), at + p.delta[__builtin_ctz(m)], 4);
  }
}
[[gnu::always_inline]] inline void store_words(uint8_t* at, const uint32_t* s, const Pattern& p, uint32_t mask) {
  if (p.shape == Pattern::Shape::run) {
    if (__builtin_expect(mask == ~0u, 1)) std::memcpy(at, s, 4 * 32);
    else store_masked(at - 4 * __builtin_ctz(mask), s, mask);
  } else {
    for (uint32_t m = mask; m; m &= m - 1) std::memcpy(at + p.delta[__builtin_ctz(m)], s + __builtin_ctz(m), 4);
  }
}

}  // namespace wg
