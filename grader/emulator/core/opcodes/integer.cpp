// Integer arithmetic: PTX ISA 9.0, section 9.7.1. Arithmetic wraps: it is done unsigned.
#include "table.h"

namespace wg {
namespace {

template <class T>
using Unsigned = std::make_unsigned_t<T>;

// The same lambda must be callable for integers of every width; helpers keep the promotion rules away.
constexpr auto add = []<class T>(T a, T b) { return T(Unsigned<T>(a) + Unsigned<T>(b)); };
constexpr auto sub = []<class T>(T a, T b) { return T(Unsigned<T>(a) - Unsigned<T>(b)); };
constexpr auto mul_lo = []<class T>(T a, T b) {
  if constexpr (sizeof(T) < 4) return T(uint32_t(a) * uint32_t(b));
  else return T(Unsigned<T>(a) * Unsigned<T>(b));
};
template <class T>
T high_half(T a, T b) {
  if constexpr (sizeof(T) == 8) {
    if constexpr (std::is_signed_v<T>) return T((__int128(a) * __int128(b)) >> 64);
    else return T((static_cast<unsigned __int128>(a) * b) >> 64);
  } else if constexpr (std::is_signed_v<T>) {
    return T((int64_t(a) * int64_t(b)) >> (8 * sizeof(T)));
  } else {
    return T((uint64_t(a) * uint64_t(b)) >> (8 * sizeof(T)));
  }
}
constexpr auto mul_hi = []<class T>(T a, T b) { return high_half(a, b); };
constexpr auto mad_lo = []<class T>(T a, T b, T c) {
  if constexpr (sizeof(T) < 4) return T(uint32_t(a) * uint32_t(b) + uint32_t(c));
  else return T(Unsigned<T>(a) * Unsigned<T>(b) + Unsigned<T>(c));
};
constexpr auto mad_hi = []<class T>(T a, T b, T c) { return T(Unsigned<T>(high_half(a, b)) + Unsigned<T>(c)); };
// Division by zero is undefined in PTX; what ptxas generates gives all ones for the quotient and for the remainder.
constexpr auto divide = []<class T>(T a, T b) {
  if (b == 0) return T(-1);
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return T(Unsigned<T>(0) - Unsigned<T>(a));
  return T(a / b);
};
constexpr auto remainder_of = []<class T>(T a, T b) {
  if (b == 0) return T(-1);
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return T(0);
  return T(a % b);
};
constexpr auto minimum = []<class T>(T a, T b) { return b < a ? b : a; };
constexpr auto maximum = []<class T>(T a, T b) { return a < b ? b : a; };
constexpr auto negate = []<class T>(T a) { return T(Unsigned<T>(0) - Unsigned<T>(a)); };
constexpr auto absolute = []<class T>(T a) { return a < 0 ? T(Unsigned<T>(0) - Unsigned<T>(a)) : a; };
constexpr auto sad = []<class T>(T a, T b, T c) {
  return T(Unsigned<T>(c) + (a < b ? Unsigned<T>(b) - Unsigned<T>(a) : Unsigned<T>(a) - Unsigned<T>(b)));
};

template <class T>
T saturating(int64_t x) {
  return T(x > std::numeric_limits<T>::max()   ? std::numeric_limits<T>::max()
           : x < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min()
                                               : x);
}
constexpr auto add_sat = [](int32_t a, int32_t b) { return saturating<int32_t>(int64_t(a) + b); };
constexpr auto sub_sat = [](int32_t a, int32_t b) { return saturating<int32_t>(int64_t(a) - b); };

using SignedInts = Types<Type::s16, Type::s32, Type::s64>;
using Wide = Types<Type::u16, Type::u32, Type::s16, Type::s32>;

template <class T>
using Doubled = std::conditional_t<sizeof(T) == 2, std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>,
                                   std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;
constexpr auto mul_wide = []<class T>(T a, T b) { return Doubled<T>(a) * Doubled<T>(b); };
constexpr auto mad_wide = []<class T>(T a, T b, Doubled<T> c) {
  using U = Unsigned<Doubled<T>>;
  return Doubled<T>(U(Doubled<T>(a) * Doubled<T>(b)) + U(c));
};

void build_wide(Builder& b, Op& op, bool with_addend) {
  b.take("wide");
  b.done();
  const Type t = b.type();
  const unsigned size = ptx::size_bytes(t);
  op.run = pick<Wide>(t, [&]<Type T>() -> Handler {
    using V = native<T>;
    if (with_addend) return lanes3<decltype(mad_wide), Doubled<V>, V, V, Doubled<V>>;
    return lanes2<decltype(mul_wide), Doubled<V>, V, V>;
  });
  if (!op.run) b.refuse("wide multiplication takes 16- and 32-bit integers");
  op.d = b.target(b.operand(0), 2 * size);
  op.a = b.source(b.operand(1), size);
  op.b = b.source(b.operand(2), size);
  if (with_addend) op.c = b.source(b.operand(3), 2 * size);
}

// 24-bit multiplication: the low 24 bits of each operand.
template <bool High>
struct Mul24 {
  int32_t operator()(int32_t a, int32_t b) const { return int32_t((int64_t(a << 8 >> 8) * int64_t(b << 8 >> 8)) >> (High ? 16 : 0)); }
  uint32_t operator()(uint32_t a, uint32_t b) const {
    return uint32_t((uint64_t(a & 0xffffff) * uint64_t(b & 0xffffff)) >> (High ? 16 : 0));
  }
  template <class T>
  T operator()(T a, T b, T c) const {
    return T(std::make_unsigned_t<T>((*this)(a, b)) + std::make_unsigned_t<T>(c));
  }
};
using Words = Types<Type::u32, Type::s32>;
template <bool High, bool Add>
Row mul24(const char* name) {
  return {name, Words::list(),
          [](Builder& b, Op& op) {
            b.take(High ? "hi" : "lo");
            b.done();
            op.run = pick<Words>(b.type(), []<Type T>() -> Handler {
              using V = native<T>;
              if constexpr (Add) return lanes3<Mul24<High>, V, V, V, V>;
              else return lanes2<Mul24<High>, V, V, V>;
            });
            if (!op.run) b.refuse("not for this type");
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            if (Add) op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger};
}

// Carry chains: add.cc, addc, sub.cc, subc, madc (section 9.7.2). The carry flag lives in the warp. After a subtraction it is what an adder
// carries out of a + ~b + 1: set if nothing was borrowed. Only a program that mixes both kinds sees that, and nvcc's 128-bit division does.
enum CarryOp { kAdd, kSub, kMadLo, kMadHi };
template <class T, CarryOp Kind>
const Op* carry_lanes(Warp& w, const Op* op) {
  using U = std::make_unsigned_t<T>;
  const bool use = op->flags & 1, set = op->flags & 2;
  const T *a = w.lanes<T>(op->a), *b = w.lanes<T>(op->b), *c = w.lanes<T>(op->c);
  T* d = w.lanes<T>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    U x = U(a[i]), y = U(b[i]);
    if constexpr (Kind == kMadLo || Kind == kMadHi) {
      const T product = Kind == kMadLo ? T(U(a[i]) * U(b[i])) : high_half(a[i], b[i]);
      x = U(product);
      y = U(c[i]);
    }
    if constexpr (Kind == kSub) {
      const unsigned borrow = use && !w.carry[i];
      d[i] = T(static_cast<unsigned __int128>(x) - y - borrow);
      if (set) w.carry[i] = static_cast<unsigned __int128>(x) >= static_cast<unsigned __int128>(y) + borrow;
    } else {
      const unsigned in = use && w.carry[i];
      const unsigned __int128 r = static_cast<unsigned __int128>(x) + y + in;
      d[i] = T(r);
      if (set) w.carry[i] = (r >> (8 * sizeof(T))) & 1;
    }
  }
  return next(op);
}
using CarryTypes = Types<Type::u32, Type::s32, Type::u64, Type::s64>;
template <CarryOp Kind>
Row carry(const char* name, bool use, bool set) {
  return {name, CarryTypes::list(),
          [=](Builder& b, Op& op) {
            b.ignore({"lo", "hi"});
            const bool sets = b.take("cc") || set;
            b.done();
            const unsigned size = ptx::size_bytes(b.type());
            op.run = pick<CarryTypes>(b.type(), []<Type T>() -> Handler { return carry_lanes<native<T>, Kind>; });
            if (!op.run) b.refuse("not for this type");
            op.flags = uint16_t((use ? 1 : 0) | (sets ? 2 : 0));
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), size);
            if (Kind == kMadLo || Kind == kMadHi) op.c = b.source(b.operand(3), size);
          },
          kPipeInteger};
}

// add.sat and sub.sat exist for s32 only.
template <class F>
Row saturated(const char* name, F) {
  return {name,
          {Type::s32},
          [](Builder& b, Op& op) {
            b.take("sat");
            b.done();
            if (b.type() != Type::s32) b.refuse(".sat is for s32");
            op.run = lanes2<F, int32_t, int32_t, int32_t>;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
          },
          kPipeInteger};
}

template <class F>
Row words(const char* name, std::vector<const char*> modifiers, std::vector<Type> types, F) {
  return {name, types,
          [modifiers](Builder& b, Op& op) {
            for (const char* m : modifiers) b.take(m);
            b.done();
            op.run = lanes2<F, uint32_t, uint32_t, uint32_t>;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
          },
          kPipeInteger};
}
// Two half-words side by side.
template <class H, class F>
struct OnHalves {
  uint32_t operator()(uint32_t a, uint32_t b) const {
    const auto one = [&](unsigned at) { return uint32_t(uint16_t(F{}(H(a >> at), H(b >> at)))) << at; };
    return one(0) | one(16);
  }
};
template <class F>
struct NotBelowZero {
  template <class T>
  T operator()(T a, T b) const {
    const T r = F{}(a, b);
    return r < 0 ? T(0) : r;
  }
};
template <class F>
struct Signed {
  uint32_t operator()(uint32_t a, uint32_t b) const { return uint32_t(F{}(int32_t(a), int32_t(b))); }
};
constexpr auto mad_hi_sat = [](int32_t a, int32_t b, int32_t c) { return saturating<int32_t>(((int64_t(a) * b) >> 32) + c); };

// dp2a: two-way product of half-words with the lower or upper two bytes.
template <class A, class B, bool High>
struct Dp2a {
  uint32_t operator()(uint32_t a, uint32_t b, uint32_t c) const {
    for (int i = 0; i < 2; i++) c += uint32_t(A(a >> (16 * i))) * uint32_t(int32_t(B(b >> (8 * (i + (High ? 2 : 0))))));
    return c;
  }
};
template <bool High>
Row dp2a(const char* name) {
  return {name,
          {Type::u32, Type::s32},
          [](Builder& b, Op& op) {
            b.take(High ? "hi" : "lo");
            b.done();
            const bool sa = b.type(0) == Type::s32, sb = b.type(1) == Type::s32;
            const auto with = []<class A, class B>() -> Handler {
              return lanes3<Dp2a<A, B, High>, uint32_t, uint32_t, uint32_t, uint32_t>;
            };
            op.run = sa ? (sb ? with.template operator()<int16_t, int8_t>() : with.template operator()<int16_t, uint8_t>())
                        : (sb ? with.template operator()<uint16_t, int8_t>() : with.template operator()<uint16_t, uint8_t>());
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger};
}

// dp4a: four-way byte dot product and accumulate.
template <class A, class B>
struct Dp4a {
  uint32_t operator()(uint32_t a, uint32_t b, uint32_t c) const {
    for (int i = 0; i < 4; i++) c += uint32_t(int32_t(A(a >> (8 * i))) * int32_t(B(b >> (8 * i))));
    return c;
  }
};

}  // namespace

std::vector<Row> integer_rows() {
  return {
      lanewise("add", Ints{}, add),
      lanewise("sub", Ints{}, sub),
      lanewise("mul.lo", Ints{}, mul_lo, kPipeInteger, {"lo"}),
      lanewise("mul.hi", Ints{}, mul_hi, kPipeInteger, {"hi"}),
      lanewise("mad.lo", Ints{}, mad_lo, kPipeInteger, {"lo"}),
      lanewise("mad.hi", Ints{}, mad_hi, kPipeInteger, {"hi"}),
      lanewise("div", Ints{}, divide),
      lanewise("rem", Ints{}, remainder_of),
      lanewise("min", Ints{}, minimum),
      lanewise("max", Ints{}, maximum),
      lanewise("neg", SignedInts{}, negate),
      lanewise("abs", SignedInts{}, absolute),
      lanewise("sad", Ints{}, sad),
      custom(
          "mul.wide", Wide::list(), [](Builder& b, Op& op) { build_wide(b, op, false); }, kPipeInteger),
      custom(
          "mad.wide", Wide::list(), [](Builder& b, Op& op) { build_wide(b, op, true); }, kPipeInteger),
      mul24<false, false>("mul24.lo"),
      mul24<true, false>("mul24.hi"),
      mul24<false, true>("mad24.lo"),
      mul24<true, true>("mad24.hi"),
      saturated("add.sat", add_sat),
      saturated("sub.sat", sub_sat),
      custom(
          "mad.hi.sat", {Type::s32},
          [](Builder& b, Op& op) {
            b.take("hi");
            b.take("sat");
            b.done();
            op.run = lanes3<decltype(mad_hi_sat), int32_t, int32_t, int32_t, int32_t>;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger),
      words("add", {}, {Type::u16x2, Type::s16x2}, OnHalves<uint16_t, decltype(add)>{}),
      words("min", {}, {Type::u16x2}, OnHalves<uint16_t, decltype(minimum)>{}),
      words("min", {}, {Type::s16x2}, OnHalves<int16_t, decltype(minimum)>{}),
      words("max", {}, {Type::u16x2}, OnHalves<uint16_t, decltype(maximum)>{}),
      words("max", {}, {Type::s16x2}, OnHalves<int16_t, decltype(maximum)>{}),
      words("min.relu", {"relu"}, {Type::s16x2}, OnHalves<int16_t, NotBelowZero<decltype(minimum)>>{}),
      words("max.relu", {"relu"}, {Type::s16x2}, OnHalves<int16_t, NotBelowZero<decltype(maximum)>>{}),
      words("min.relu", {"relu"}, {Type::s32}, Signed<NotBelowZero<decltype(minimum)>>{}),
      words("max.relu", {"relu"}, {Type::s32}, Signed<NotBelowZero<decltype(maximum)>>{}),
      dp2a<false>("dp2a.lo"),
      dp2a<true>("dp2a.hi"),
      carry<kAdd>("add.cc", false, true),
      carry<kAdd>("addc", true, false),
      carry<kSub>("sub.cc", false, true),
      carry<kSub>("subc", true, false),
      carry<kMadLo>("mad.lo.cc", false, true),
      carry<kMadHi>("mad.hi.cc", false, true),
      carry<kMadLo>("madc.lo", true, false),
      carry<kMadHi>("madc.hi", true, false),
      custom(
          "dp4a", {Type::u32, Type::s32},
          [](Builder& b, Op& op) {
            b.done();
            const bool sa = b.type(0) == Type::s32, sb = b.type(1) == Type::s32;
            op.run = sa ? (sb ? lanes3<Dp4a<int8_t, int8_t>, uint32_t, uint32_t, uint32_t, uint32_t>
                              : lanes3<Dp4a<int8_t, uint8_t>, uint32_t, uint32_t, uint32_t, uint32_t>)
                        : (sb ? lanes3<Dp4a<uint8_t, int8_t>, uint32_t, uint32_t, uint32_t, uint32_t>
                              : lanes3<Dp4a<uint8_t, uint8_t>, uint32_t, uint32_t, uint32_t, uint32_t>);
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger),
  };
}

}  // namespace wg
