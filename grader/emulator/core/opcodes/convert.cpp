// Conversions between types: cvt, cvta, and address-space tests. PTX ISA 9.0, sections 9.7.9.20-22.
#include <cfenv>

#include "half.h"
#include "table.h"

namespace wg {
namespace {

// How a lane is rounded: flags of the op.
enum Rounding : uint16_t {
  kNearest = 0,
  kZero = 1,
  kDown = 2,
  kUp = 3,
  kIntegral = 4 /* .rni .rzi .rmi .rpi */,
  kSat = 8,
  kFtz = 16,
  kRelu = 32
};

struct Half {
  uint16_t bits;
};
struct Brain {
  uint16_t bits;
};
template <class T>
constexpr bool is_small_float = std::is_same_v<T, Half> || std::is_same_v<T, Brain>;
template <class T>
constexpr bool is_float = std::is_floating_point_v<T> || is_small_float<T>;

template <class T>
double widen(T x) {
  if constexpr (std::is_same_v<T, Half>) return from_half(x.bits);
  else if constexpr (std::is_same_v<T, Brain>) return from_bfloat16(x.bits);
  else return double(x);
}

double integral(double x, int mode) {
  return mode == kNearest ? std::nearbyint(x) : mode == kZero ? std::trunc(x) : mode == kDown ? std::floor(x) : std::ceil(x);
}
double flush_single(double x) { return std::fabs(x) < 0x1p-126 ? std::copysign(0.0, x) : x; }

template <class D>
D narrow(double x, int mode) {
  if constexpr (std::is_same_v<D, Half>) return {to_half(x, mode)};
  else if constexpr (std::is_same_v<D, Brain>) return {to_bfloat16(x, mode)};
  else if constexpr (std::is_same_v<D, double>) return x;
  else {
    float f = float(x);
    if (mode == kNearest || double(f) == x || std::isnan(x)) return f;
    const bool above = double(f) > x;  // f is rounded to nearest: step to the wanted side
    if ((mode == kZero && above == (x > 0)) || (mode == kDown && above) || (mode == kUp && !above)) {
      f = std::nextafter(
          f, (mode == kUp || (mode == kZero && x < 0)) ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity());
      if (mode == kZero && std::fabs(double(f)) > std::fabs(x)) f = std::nextafter(f, 0.0f);
    }
    return f;
  }
}

template <class D>
D to_integer(double x, int mode) {
  x = integral(x, mode);
  constexpr double low = double(std::numeric_limits<D>::min());
  const double beyond = std::ldexp(1.0, std::numeric_limits<D>::digits);  // first value that is too large
  if (x < low) return std::numeric_limits<D>::min();
  if (x >= beyond) return std::numeric_limits<D>::max();
  return D(x);
}

// 64-bit integers to floats round once, by the host's rounding mode for f32/f64.
template <class D, class S>
D integer_to_float(S x, int mode) {
  if constexpr (is_small_float<D>) {
    // 53 bits are enough if what is cut off below them leaves a trace: the last bit set (round to odd).
    if constexpr (sizeof(S) == 8) {
      const bool negative = std::is_signed_v<S> && x < 0;
      uint64_t magnitude = negative ? uint64_t(0) - uint64_t(x) : uint64_t(x);
      if (magnitude >> 53) magnitude = (magnitude | ((magnitude & 0x7ff) ? 0x800 : 0)) & ~uint64_t(0x7ff);
      return narrow<D>(negative ? -double(magnitude) : double(magnitude), mode);
    }
    return narrow<D>(double(x), mode);
  } else {
    if (mode == kNearest) return D(x);
    std::fesetround(mode == kZero ? FE_TOWARDZERO : mode == kDown ? FE_DOWNWARD : FE_UPWARD);
    volatile S held = x;
    volatile D r = D(held);
    std::fesetround(FE_TONEAREST);
    return r;
  }
}

template <class D, class S>
D convert(S x, unsigned flags) {
  const int mode = flags & 3;
  if constexpr (is_float<S> && is_float<D>) {
    double v = widen(x);
    if ((flags & kFtz) && std::is_same_v<S, float>) v = flush_single(v);
    if (flags & kIntegral) v = integral(v, mode);
    if (flags & kSat) v = v > 0 ? (v < 1 ? v : 1.0) : 0.0;
    if ((flags & kRelu) && !(v > 0)) v = std::isnan(v) ? v : 0.0;
    D r = narrow<D>(v, (flags & kIntegral) ? int(kNearest) : mode);
    if constexpr (std::is_same_v<D, float>)
      if (flags & kFtz) r = float(flush_single(r));
    return r;
  } else if constexpr (is_float<S>) {
    double v = widen(x);
    if ((flags & kFtz) && std::is_same_v<S, float>) v = flush_single(v);
    // NaN becomes 0, or the top bit alone if one of the types is 64 bits wide.
    if (std::isnan(v)) return sizeof(D) == 8 || std::is_same_v<S, double> ? D(uint64_t(1) << (8 * sizeof(D) - 1)) : D(0);
    return to_integer<D>(v, mode);
  } else if constexpr (is_float<D>) {
    D r = integer_to_float<D>(x, mode);
    return r;
  } else {
    if (flags & kSat) {
      if constexpr (std::is_signed_v<S>) {
        const int64_t v = x;
        if (v < 0 && !std::is_signed_v<D>) return 0;
        if (std::is_signed_v<D> && v < int64_t(std::numeric_limits<D>::min())) return std::numeric_limits<D>::min();
        if (v > 0 && uint64_t(v) > uint64_t(std::numeric_limits<D>::max())) return std::numeric_limits<D>::max();
      } else if (uint64_t(x) > uint64_t(std::numeric_limits<D>::max())) {
        return std::numeric_limits<D>::max();
      }
    }
    return D(x);
  }
}

// Register lanes may be wider than the type: sources are read from the low bytes, integer results are extended to the register.
template <class D, class S, class To, class From>
const Op* cvt(Warp& w, const Op* op) {
  const From* a = w.lanes<From>(op->a);
  To* d = w.lanes<To>(op->d);
  const unsigned flags = op->flags;
  auto one = [&](unsigned i) {
    S s;
    std::memcpy(&s, &a[i], sizeof(S));
    const D r = convert<D, S>(s, flags);
    if constexpr (is_float<D> || sizeof(D) == sizeof(To)) {
      To t{};
      std::memcpy(&t, &r, sizeof r);
      return t;
    } else {
      return To(std::conditional_t<std::is_signed_v<D>, std::make_signed_t<To>, To>(r));
    }
  };
  if constexpr (std::is_integral_v<D> && std::is_integral_v<S>) {
    if (flags == 0) {
      alignas(64) To r[kLanes];
      for (unsigned i = 0; i < kLanes; i++) {
        const D v = D(S(a[i]));
        r[i] = To(std::conditional_t<std::is_signed_v<D>, std::make_signed_t<To>, To>(v));
      }
      blend(w, d, r);
      return next(op);
    }
  }
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = one(i);
  }
  return next(op);
}

template <class T, class F>
Handler by_register(unsigned bytes, F from) {
  switch (bytes) {
    case 2:
      if constexpr (sizeof(T) <= 2) return from.template operator()<uint16_t>();
      break;
    case 4:
      if constexpr (sizeof(T) <= 4) return from.template operator()<uint32_t>();
      break;
    case 8: return from.template operator()<uint64_t>();
  }
  return nullptr;
}
template <class D, class S>
Handler choose(unsigned to_bytes, unsigned from_bytes) {
  return by_register<D>(to_bytes, [&]<class To>() -> Handler {
    return by_register<S>(from_bytes, [&]<class From>() -> Handler { return cvt<D, S, To, From>; });
  });
}
template <class D>
Handler by_source(Type s, unsigned to, unsigned from) {
  switch (s) {
    case Type::u8: return choose<D, uint8_t>(to, from);
    case Type::s8: return choose<D, int8_t>(to, from);
    case Type::u16: return choose<D, uint16_t>(to, from);
    case Type::s16: return choose<D, int16_t>(to, from);
    case Type::u32: return choose<D, uint32_t>(to, from);
    case Type::s32: return choose<D, int32_t>(to, from);
    case Type::u64: return choose<D, uint64_t>(to, from);
    case Type::s64: return choose<D, int64_t>(to, from);
    case Type::f16: return choose<D, Half>(to, from);
    case Type::bf16: return choose<D, Brain>(to, from);
    case Type::f32: return choose<D, float>(to, from);
    case Type::f64: return choose<D, double>(to, from);
    default: return nullptr;
  }
}
Handler by_types(Type d, Type s, unsigned to, unsigned from) {
  switch (d) {
    case Type::u8: return by_source<uint8_t>(s, to, from);
    case Type::s8: return by_source<int8_t>(s, to, from);
    case Type::u16: return by_source<uint16_t>(s, to, from);
    case Type::s16: return by_source<int16_t>(s, to, from);
    case Type::u32: return by_source<uint32_t>(s, to, from);
    case Type::s32: return by_source<int32_t>(s, to, from);
    case Type::u64: return by_source<uint64_t>(s, to, from);
    case Type::s64: return by_source<int64_t>(s, to, from);
    case Type::f16: return by_source<Half>(s, to, from);
    case Type::bf16: return by_source<Brain>(s, to, from);
    case Type::f32: return by_source<float>(s, to, from);
    case Type::f64: return by_source<double>(s, to, from);
    default: return nullptr;
  }
}

// cvt.rn.f16x2.f32 d, a, b: a goes to the upper half.
template <bool BrainPair>
const Op* cvt_pair(Warp& w, const Op* op) {
  const float *a = w.lanes<float>(op->a), *b = w.lanes<float>(op->b);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  auto one = [&](double x) -> uint32_t {
    if (op->flags & kRelu) x = x > 0 || std::isnan(x) ? x : 0.0;
    return BrainPair ? to_bfloat16(x, op->flags & 3) : to_half(x, op->flags & 3);
  };
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = one(a[i]) << 16 | one(b[i]);
  }
  return next(op);
}

// cvt.rna.tf32.f32 and friends: 10 bits of fraction in an f32. flags: 0 ties away, 1 ties to even, 2 towards zero; kRelu.
const Op* cvt_tf32(Warp& w, const Op* op) {
  const uint32_t* a = w.lanes<uint32_t>(op->a);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  constexpr uint32_t cut = 0x1fff;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    uint32_t x = a[i];
    if ((x & 0x7fffffff) > 0x7f800000) {
      x = 0x7fffffff;
    } else if ((x & 0x7f800000) != 0x7f800000) {
      const unsigned mode = op->flags & 3;
      x += mode == 0 ? 0x1000 : mode == 1 ? 0xfff + (x >> 13 & 1) : 0;
      x &= ~cut;
      if ((op->flags & kSat) && (x & 0x7f800000) == 0x7f800000) x = (x & 0x80000000) | 0x7f7fe000;
    } else if (op->flags & kSat) {
      x = (x & 0x80000000) | 0x7f7fe000;
    }
    if ((op->flags & kRelu) && x >> 31) x = 0;
    d[i] = x;
  }
  return next(op);
}

// cvt.pack.sat: two s32 -> half-words of a word, or bytes with what c held moved up. flags: 1 the result is signed; imm: bits of each.
const Op* cvt_pack(Warp& w, const Op* op) {
  const int32_t *a = w.lanes<int32_t>(op->a), *b = w.lanes<int32_t>(op->b);
  const uint32_t* c = w.lanes<uint32_t>(op->c);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  const unsigned bits = unsigned(op->imm);
  const int32_t low = op->flags & 1 ? -(1 << (bits - 1)) : 0, high = op->flags & 1 ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  const auto one = [&](int32_t x) { return uint32_t(x < low ? low : x > high ? high : x) & ((1u << bits) - 1); };
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = one(a[i]) << bits | one(b[i]) | (bits < 16 ? c[i] << (2 * bits) : 0);
  }
  return next(op);
}
void build_pack(Builder& b, Op& op) {
  b.take("pack");
  if (!b.take("sat")) b.refuse("it saturates: .sat");
  b.done();
  const Type t = b.type(0);
  if (b.type(1) != Type::s32) b.refuse("only from s32");
  const bool bytes = t == Type::u8 || t == Type::s8;
  if (bytes && b.type(2) != Type::b32) b.refuse("bytes are packed below a b32");
  if (!bytes && t != Type::u16 && t != Type::s16) b.refuse("not for this type");
  op.imm = bytes ? 8 : 16;
  op.flags = t == Type::s8 || t == Type::s16;
  op.run = cvt_pack;
  op.d = b.target(b.operand(0), 4);
  op.a = b.source(b.operand(1), 4);
  op.b = b.source(b.operand(2), 4);
  op.c = bytes ? b.source(b.operand(3), 4) : op.a;
}

const Op* widen_single(Warp& w, const Op* op) {  // cvt.f64.f32
  const float* a = w.lanes<float>(op->a);
  double* d = w.lanes<double>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = double(a[first_lane(m)]);
  return next(op);
}

constexpr auto int_to_single = [](int32_t a) { return float(a); };
constexpr auto word_to_single = [](uint32_t a) { return float(a); };

void build_tf32(Builder& b, Op& op) {
  const int mode = b.take_one({"rna", "rn", "rz"});
  if (mode < 0) b.refuse("it needs a rounding");
  op.flags = uint16_t(mode | (b.take("satfinite") ? kSat : 0) | (b.take("relu") ? kRelu : 0));
  b.done();
  if (b.type(1) != Type::f32) b.refuse("only from f32");
  op.run = cvt_tf32;
  op.d = b.target(b.operand(0), 4);
  op.a = b.source(b.operand(1), 4);
}

void build_cvt(Builder& b, Op& op) {
  if (b.type() == Type::tf32) return build_tf32(b, op);
  const int integral_mode = b.take_one({"rni", "rzi", "rmi", "rpi"});
  const int mode = b.take_one({"rn", "rz", "rm", "rp"});
  unsigned flags = unsigned(integral_mode >= 0 ? (integral_mode | kIntegral) : mode > 0 ? mode : 0);
  if (b.take("sat")) flags |= kSat;
  if (b.take("ftz")) flags |= kFtz;
  if (b.take("relu")) flags |= kRelu;
  b.done();
  const Type d = b.type(0), s = b.type(1);
  if (d == Type::f16x2 || d == Type::bf16x2) {
    if (s != Type::f32) b.refuse("only from f32");
    op.run = d == Type::f16x2 ? cvt_pair<false> : cvt_pair<true>;
    op.flags = uint16_t(flags);
    op.d = b.target(b.operand(0), 4);
    op.a = b.source(b.operand(1), 4);
    op.b = b.source(b.operand(2), 4);
    return;
  }
  unsigned to = 0, from = 0;
  op.d = b.target_any(b.operand(0), &to);
  const auto& source = b.operand(1);
  if (source.kind == ptx::Operand::Kind::reg || source.kind == ptx::Operand::Kind::special) {
    op.a = b.source_any(source, &from);
  } else {
    from = ptx::size_bytes(s) < 2 ? 2 : ptx::size_bytes(s);
    op.a = b.source(source, from);
  }
  op.flags = uint16_t(flags);
  op.run = by_types(d, s, to, from);
  if (!op.run) b.refuse("this conversion is not emulated");
  // The common ones, as loops that vectorise.
  if (flags == 0 && d == Type::f32 && s == Type::s32 && from == 4 && to == 4) op.run = lanes1<decltype(int_to_single), float, int32_t>;
  if (flags == 0 && d == Type::f32 && s == Type::u32 && from == 4 && to == 4) op.run = lanes1<decltype(word_to_single), float, uint32_t>;
  if (flags == 0 && d == Type::f64 && s == Type::f32 && from == 4 && to == 8) op.run = widen_single;
}

// cvta: shared and local offsets become generic addresses and back; global, const and param addresses are generic already.
template <bool ToSpace, uint64_t Window>
struct Move {
  uint64_t operator()(uint64_t a) const { return ToSpace ? a - Window : a + Window; }
};
constexpr auto same = [](uint64_t a) { return a; };

void build_cvta(Builder& b, Op& op) {
  const bool to_space = b.take("to");
  const int space = b.take_one({"global", "shared", "local", "const", "param", "shared::cta"});
  b.done();
  if (b.type() != Type::u64) b.refuse("addresses are 64-bit");
  if (space < 0) b.refuse("this address space is not emulated");
  const bool shared = space == 1 || space == 5, local = space == 2;
  if (space == 4) b.refuse("generic addresses of kernel parameters are not emulated");
  op.run =
      shared  ? (to_space ? lanes1<Move<true, kSharedWindow>, uint64_t, uint64_t> : lanes1<Move<false, kSharedWindow>, uint64_t, uint64_t>)
      : local ? (to_space ? lanes1<Move<true, kLocalWindow>, uint64_t, uint64_t> : lanes1<Move<false, kLocalWindow>, uint64_t, uint64_t>)
              : lanes1<decltype(same), uint64_t, uint64_t>;
  op.d = b.target(b.operand(0), 8);
  op.a = b.source(b.operand(1), 8);
}

const Op* is_space(Warp& w, const Op* op) {
  const uint64_t* a = w.lanes<uint64_t>(op->a);
  uint32_t r = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    const bool shared = a[i] >= kSharedWindow && a[i] < kSharedWindow + kWindowBytes,
               local = a[i] >= kLocalWindow && a[i] < kLocalWindow + kWindowBytes;
    r |= uint32_t(op->flags == 1 ? shared : op->flags == 2 ? local : !shared && !local) << i;
  }
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (r & w.mask);
  return next(op);
}

}  // namespace

std::vector<Row> convert_rows() {
  const std::vector<Type> numbers = {Type::u8,  Type::u16,  Type::u32,   Type::u64,    Type::s8,  Type::s16, Type::s32, Type::s64,
                                     Type::f16, Type::bf16, Type::f16x2, Type::bf16x2, Type::f32, Type::f64, Type::tf32};
  return {custom("cvt", numbers, build_cvt, kPipeOther),
          custom("cvt.pack", {Type::u8, Type::s8, Type::u16, Type::s16}, build_pack, kPipeOther),
          custom("cvta", {Type::u64}, build_cvta, kPipeInteger), custom("isspacep", {}, [](Builder& b, Op& op) {
            const int space = b.take_one({"global", "shared", "local", "shared::cta"});
            b.done();
            if (space < 0) b.refuse("this address space is not emulated");
            op.flags = uint16_t(space == 3 ? 1 : space);
            op.run = is_space;
            op.d = b.predicate(b.operand(0));
            op.a = b.source(b.operand(1), 8);
          })};
}

}  // namespace wg
