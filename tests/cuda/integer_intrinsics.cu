// Integer intrinsics: bit counting, byte permutation, funnel shifts, dot products, SIMD within a word, products of 24, 32, 64 and 128 bits.
#include <cstdint>

#include "check.cuh"

constexpr int kThreads = 128, kResults = 40;

__host__ __device__ inline uint32_t mixed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ x >> 16;
}

__global__ void intrinsics(uint32_t* out) {
  const uint32_t i = threadIdx.x, a = mixed(2 * i), b = mixed(2 * i + 1);
  const int sa = int(a), sb = int(b);
  const unsigned long long w = (unsigned long long)a << 32 | b;
  uint32_t* o = out + kResults * i;
  int k = 0;
  o[k++] = __popc(a);
  o[k++] = __popcll(w);
  o[k++] = __clz(int(a >> (i % 32)));
  o[k++] = __clzll((long long)(w >> (i % 64)));
  o[k++] = __ffs(sa & ~0xff);
  o[k++] = __brev(a);
  o[k++] = uint32_t(__brevll(w) >> 32);
  o[k++] = __byte_perm(a, b, 0x6240);
  o[k++] = __funnelshift_l(a, b, i);
  o[k++] = __funnelshift_r(a, b, i);
  o[k++] = __funnelshift_lc(a, b, i);
  o[k++] = __funnelshift_rc(a, b, i);
  o[k++] = __dp4a(a, b, i);
  o[k++] = uint32_t(__dp4a(sa, sb, int(i)));
  o[k++] = __dp2a_lo(a, b, i);
  o[k++] = uint32_t(__dp2a_hi(sa, sb, int(i)));
  o[k++] = __vadd4(a, b);
  o[k++] = __vaddss2(a, b);
  o[k++] = __vsub4(a, b);
  o[k++] = __vabsdiffu4(a, b);
  o[k++] = __vsadu4(a, b);
  o[k++] = __vmaxs4(a, b);
  o[k++] = __vminu2(a, b);
  o[k++] = __vcmpgtu4(a, b);
  o[k++] = __vavgu4(a, b);
  o[k++] = __sad(sa, sb, i);
  o[k++] = __usad(a, b, i);
  o[k++] = uint32_t(__mulhi(sa, sb));
  o[k++] = __umulhi(a, b);
  o[k++] = uint32_t(__umul64hi(w, w) >> 7);
  o[k++] = uint32_t(__mul64hi((long long)w, -(long long)w) >> 5);
  o[k++] = uint32_t(__mul24(sa, sb));
  o[k++] = __umul24(a, b);
  o[k++] = uint32_t(__hadd(sa, sb));
  o[k++] = __urhadd(a, b);
  const unsigned __int128 q = (unsigned __int128)w * w + a;
  o[k++] = uint32_t(q >> 100);
  o[k++] = uint32_t(q / (w | 1));
  o[k++] = uint32_t((unsigned long long)((__int128)(long long)w * sb >> 40));
  o[k++] = __uint_as_float(0x3f800000 | a >> 9) >= 1.0f;
  o[k++] = __byte_perm(a, 0, 0x0123);
}

static int8_t byte_of(uint32_t x, int k) { return int8_t(x >> (8 * k)); }
static uint8_t ubyte_of(uint32_t x, int k) { return uint8_t(x >> (8 * k)); }
template <class F>
static uint32_t bytes(F f) {
  uint32_t r = 0;
  for (int k = 0; k < 4; k++) r |= uint32_t(uint8_t(f(k))) << (8 * k);
  return r;
}
static int clamp16(int x) { return x < -32768 ? -32768 : x > 32767 ? 32767 : x; }
static int clz32(uint32_t x) { return x ? __builtin_clz(x) : 32; }
static int clz64(uint64_t x) { return x ? __builtin_clzll(x) : 64; }
static uint64_t reversed(uint64_t x, int bits) {
  uint64_t r = 0;
  for (int k = 0; k < bits; k++) r |= (x >> k & 1) << (bits - 1 - k);
  return r;
}

int main() {
  uint32_t* d;
  static uint32_t out[kResults * kThreads];
  CHECK(cudaMalloc(&d, sizeof out));
  intrinsics<<<1, kThreads>>>(d);
  CHECK(cudaMemcpy(out, d, sizeof out, cudaMemcpyDeviceToHost));
  for (uint32_t i = 0; i < kThreads; i++) {
    const uint32_t a = mixed(2 * i), b = mixed(2 * i + 1);
    const int sa = int(a), sb = int(b);
    const uint64_t w = uint64_t(a) << 32 | b, ba = uint64_t(b) << 32 | a;
    const uint32_t* o = out + kResults * i;
    int k = 0;
    EXPECT(o[k++] == uint32_t(__builtin_popcount(a)));
    EXPECT(o[k++] == uint32_t(__builtin_popcountll(w)));
    EXPECT(o[k++] == uint32_t(clz32(a >> (i % 32))));
    EXPECT(o[k++] == uint32_t(clz64(w >> (i % 64))));
    EXPECT(o[k++] == uint32_t(__builtin_ffs(sa & ~0xff)));
    EXPECT(o[k++] == uint32_t(reversed(a, 32)));
    EXPECT(o[k++] == uint32_t(reversed(w, 64) >> 32));
    EXPECT(o[k++] ==
           (uint32_t(ubyte_of(a, 0)) | uint32_t(ubyte_of(b, 0)) << 8 | uint32_t(ubyte_of(a, 2)) << 16 | uint32_t(ubyte_of(b, 2)) << 24));
    EXPECT(o[k++] == uint32_t(ba << (i & 31) >> 32));
    EXPECT(o[k++] == uint32_t(ba >> (i & 31)));
    EXPECT(o[k++] == (i >= 32 ? a : uint32_t(ba << i >> 32)));
    EXPECT(o[k++] == (i >= 32 ? b : uint32_t(ba >> i)));
    uint32_t dot = i, dot2 = i;
    int sdot = int(i), sdot2 = int(i);
    for (int j = 0; j < 4; j++) {
      dot += uint32_t(ubyte_of(a, j)) * ubyte_of(b, j);
      sdot += int(byte_of(a, j)) * byte_of(b, j);
    }
    for (int j = 0; j < 2; j++) {
      dot2 += uint32_t(uint16_t(a >> (16 * j))) * ubyte_of(b, j);
      sdot2 += int(int16_t(a >> (16 * j))) * byte_of(b, j + 2);
    }
    EXPECT(o[k++] == dot);
    EXPECT(o[k++] == uint32_t(sdot));
    EXPECT(o[k++] == dot2);
    EXPECT(o[k++] == uint32_t(sdot2));
    EXPECT(o[k++] == bytes([&](int j) { return ubyte_of(a, j) + ubyte_of(b, j); }));
    EXPECT(o[k++] == (uint32_t(uint16_t(clamp16(int16_t(a) + int16_t(b)))) | uint32_t(clamp16(int16_t(a >> 16) + int16_t(b >> 16))) << 16));
    EXPECT(o[k++] == bytes([&](int j) { return ubyte_of(a, j) - ubyte_of(b, j); }));
    EXPECT(o[k++] == bytes([&](int j) { return abs(int(ubyte_of(a, j)) - int(ubyte_of(b, j))); }));
    uint32_t differences = 0;
    for (int j = 0; j < 4; j++) differences += uint32_t(abs(int(ubyte_of(a, j)) - int(ubyte_of(b, j))));
    EXPECT(o[k++] == differences);
    EXPECT(o[k++] == bytes([&](int j) { return byte_of(a, j) > byte_of(b, j) ? byte_of(a, j) : byte_of(b, j); }));
    EXPECT(o[k++] ==
           (uint32_t(uint16_t(a) < uint16_t(b) ? uint16_t(a) : uint16_t(b)) | uint32_t(a >> 16 < b >> 16 ? a >> 16 : b >> 16) << 16));
    EXPECT(o[k++] == bytes([&](int j) { return ubyte_of(a, j) > ubyte_of(b, j) ? 255 : 0; }));
    EXPECT(o[k++] == bytes([&](int j) { return (int(ubyte_of(a, j)) + int(ubyte_of(b, j)) + 1) >> 1; }));
    EXPECT(o[k++] == uint32_t(llabs((long long)sa - sb)) + i);
    EXPECT(o[k++] == (a > b ? a - b : b - a) + i);
    EXPECT(o[k++] == uint32_t((int64_t(sa) * sb) >> 32));
    EXPECT(o[k++] == uint32_t((uint64_t(a) * b) >> 32));
    EXPECT(o[k++] == uint32_t(uint64_t(((unsigned __int128)w * w) >> 64) >> 7));
    EXPECT(o[k++] == uint32_t(int64_t(((__int128)int64_t(w) * int64_t(-w)) >> 64) >> 5));
    EXPECT(o[k++] == uint32_t(int64_t(sa << 8 >> 8) * (sb << 8 >> 8)));
    EXPECT(o[k++] == uint32_t(uint64_t(a & 0xffffff) * (b & 0xffffff)));
    EXPECT(o[k++] == uint32_t((int64_t(sa) + sb) >> 1));
    EXPECT(o[k++] == uint32_t((uint64_t(a) + b + 1) >> 1));
    const unsigned __int128 q = (unsigned __int128)w * w + a;
    EXPECT(o[k++] == uint32_t(q >> 100));
    EXPECT(o[k++] == uint32_t(q / (w | 1)));
    EXPECT(o[k++] == uint32_t(uint64_t((__int128)int64_t(w) * sb >> 40)));
    EXPECT(o[k++] == 1);
    EXPECT(o[k++] == __builtin_bswap32(a));
  }
  CHECK(cudaFree(d));
  return pass();
}
