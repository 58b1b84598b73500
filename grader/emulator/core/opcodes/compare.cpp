// Comparisons: setp and set. PTX ISA 9.0, section 9.7.6. Unordered comparisons (…u) are true when an operand is NaN.
#include "../lanes.h"
#include "half.h"
#include "table.h"

namespace wg {
namespace {

enum Compare { kEq, kNe, kLt, kLe, kGt, kGe, kEqu, kNeu, kLtu, kLeu, kGtu, kGeu, kNum, kNan, kCompares };

template <Compare C>
struct Test {
  template <class T>
  bool operator()(T a, T b) const {
    bool unordered = false;
    if constexpr (std::is_floating_point_v<T>) unordered = a != a || b != b;
    switch (C) {
      case kEq: return a == b;
      case kNe: return !unordered && a != b;
      case kLt: return a < b;
      case kLe: return a <= b;
      case kGt: return a > b;
      case kGe: return a >= b;
      case kEqu: return unordered || a == b;
      case kNeu: return unordered || a != b;
      case kLtu: return unordered || a < b;
      case kLeu: return unordered || a <= b;
      case kGtu: return unordered || a > b;
      case kGeu: return unordered || a >= b;
      case kNum: return !unordered;
      case kNan: return unordered;
      default: return false;
    }
  }
};

// An f32 lane under .ftz: subnormals compare as zero.
struct Flushed {
  float value;
  operator float() const { return std::fabs(value) < std::numeric_limits<float>::min() ? std::copysign(0.0f, value) : value; }
};

// A half as its lane holds it; compared as the float that it stands for.
template <bool Brain, bool Ftz>
struct HalfLane {
  uint16_t bits;
  operator float() const {
    const uint16_t x = Ftz && !(bits & (Brain ? 0x7f80 : 0x7c00)) ? bits & 0x8000 : bits;
    return Brain ? from_bfloat16(x) : from_half(x);
  }
};
template <class T>
constexpr bool is_wrapped = std::is_class_v<T>;

#if defined(__AVX512F__)
// The immediate operand of vpcmp and vcmpps that means the same (Intel SDM, volume 2: VPCMPD, CMPPS).
constexpr int kIntegerPredicate[] = {0, 4, 1, 2, 6, 5};
constexpr int kFloatPredicate[] = {0x00, 0x0c, 0x11, 0x12, 0x1e, 0x1d, 0x08, 0x04, 0x19, 0x1a, 0x16, 0x15, 0x07, 0x03};

// Whether whole vectors of T compare into masks by one instruction each.
template <class T, Compare C>
constexpr bool compares_at_once = std::is_same_v<T, float> || (std::is_integral_v<T> && sizeof(T) >= 4 && C <= kGe);

template <class T, Compare C>
[[gnu::always_inline]] inline uint32_t compare_at_once(const T* a, const T* b) {
  constexpr unsigned kStep = 64 / sizeof(T);
  uint32_t yes = 0;
  for (unsigned i = 0; i < kLanes; i += kStep) {
    uint32_t m;
    if constexpr (std::is_same_v<T, float>) {
      m = _mm512_cmp_ps_mask(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), kFloatPredicate[C]);
    } else {
      const __m512i x = _mm512_loadu_si512(a + i), y = _mm512_loadu_si512(b + i);
      constexpr int p = kIntegerPredicate[C];
      if constexpr (sizeof(T) == 4) m = std::is_signed_v<T> ? _mm512_cmp_epi32_mask(x, y, p) : _mm512_cmp_epu32_mask(x, y, p);
      else m = std::is_signed_v<T> ? _mm512_cmp_epi64_mask(x, y, p) : _mm512_cmp_epu64_mask(x, y, p);
    }
    yes |= m << i;
  }
  return yes;
}
#else
template <class T, Compare C>
constexpr bool compares_at_once = false;
template <class T, Compare C>
uint32_t compare_at_once(const T* a, const T* b);
#endif

template <class T, Compare C>
inline uint32_t compare_lanes(const T* a, const T* b) {
  if constexpr (compares_at_once<T, C>) return compare_at_once<T, C>(a, b);
  using V = std::conditional_t<is_wrapped<T>, float, T>;
  alignas(32) uint8_t yes[kLanes];
  for (unsigned i = 0; i < kLanes; i++) yes[i] = Test<C>{}(V(a[i]), V(b[i]));
  return mask_of(yes);
}

// flags: 0 none, 1 and, 2 or, 3 xor with predicate c; bit 2: there is a second destination
template <class T, Compare C>
const Op* setp(Warp& w, const Op* op) {
  const uint32_t r = compare_lanes<T, C>(w.lanes<T>(op->a), w.lanes<T>(op->b));
  uint32_t& d = w.predicate(op->d);
  if (__builtin_expect(op->flags == 0, 1)) {
    d = (d & ~w.mask) | (r & w.mask);
    return next(op);
  }
  const uint32_t p = (op->flags & 3) ? w.predicate(op->c) : 0;
  auto combine = [&](uint32_t x) { return (op->flags & 3) == 1 ? x & p : (op->flags & 3) == 2 ? x | p : (op->flags & 3) == 3 ? x ^ p : x; };
  const uint32_t yes = combine(r), no = combine(~r);
  d = (d & ~w.mask) | (yes & w.mask);
  if (op->flags & 4) {
    uint32_t& q = w.predicate(uint32_t(op->imm));
    q = (q & ~w.mask) | (no & w.mask);
  }
  return next(op);
}
template <class T, Compare C, class R>
const Op* set(Warp& w, const Op* op) {
  const uint32_t x = compare_lanes<T, C>(w.lanes<T>(op->a), w.lanes<T>(op->b));
  const uint32_t p = op->flags ? w.predicate(op->c) : 0;
  const uint32_t r = op->flags == 1 ? x & p : op->flags == 2 ? x | p : op->flags == 3 ? x ^ p : x;
  typename R::type* d = w.lanes<typename R::type>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = r >> i & 1 ? R::yes : typename R::type(0);
  }
  return next(op);
}

template <class T, class From, int... C>
Handler by_compare_impl(int which, From from, std::integer_sequence<int, C...>) {
  Handler h = nullptr;
  ((which == C ? (h = from.template operator()<T, Compare(C)>(), 0) : 0), ...);
  return h;
}
template <class T, class From>
Handler by_compare(int which, From from) {
  return by_compare_impl<T>(which, from, std::make_integer_sequence<int, kCompares>{});
}

// Pairs of halves. setp: d is of the lower halves, q of the upper ones; set: each half, or all its bits, tells of one.
template <bool Brain, bool Ftz, Compare C>
void compare_pairs(const Warp& w, const Op* op, uint32_t& low, uint32_t& high) {
  const uint32_t *a = w.lanes<uint32_t>(op->a), *b = w.lanes<uint32_t>(op->b);
  using H = HalfLane<Brain, Ftz>;
  low = high = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    low |= uint32_t(Test<C>{}(float(H{uint16_t(a[i])}), float(H{uint16_t(b[i])}))) << i;
    high |= uint32_t(Test<C>{}(float(H{uint16_t(a[i] >> 16)}), float(H{uint16_t(b[i] >> 16)}))) << i;
  }
  const uint32_t p = op->flags & 3 ? w.predicate(op->c) : 0;
  auto combine = [&](uint32_t x) { return (op->flags & 3) == 1 ? x & p : (op->flags & 3) == 2 ? x | p : (op->flags & 3) == 3 ? x ^ p : x; };
  low = combine(low);
  high = combine(high);
}
template <bool Brain, bool Ftz, Compare C>
const Op* setp_pair(Warp& w, const Op* op) {
  uint32_t low, high;
  compare_pairs<Brain, Ftz, C>(w, op, low, high);
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (low & w.mask);
  uint32_t& q = w.predicate(uint32_t(op->imm));
  q = (q & ~w.mask) | (high & w.mask);
  return next(op);
}
template <bool Brain, bool Ftz, Compare C>
const Op* set_pair(Warp& w, const Op* op) {  // op->imm: what a half is if true
  uint32_t low, high;
  compare_pairs<Brain, Ftz, C>(w, op, low, high);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  const uint32_t yes = uint32_t(op->imm);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = (low >> i & 1 ? yes : 0) | (high >> i & 1 ? yes << 16 : 0);
  }
  return next(op);
}

using Comparable =
    Types<Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64, Type::f32, Type::f64>;

bool is_half(Type t) { return t == Type::f16 || t == Type::bf16; }
bool is_pair(Type t) { return t == Type::f16x2 || t == Type::bf16x2; }

// from<T, C>() for the type's lanes: for a class List of plain types, for halves, or for f32 under .ftz.
template <class From>
Handler by_lanes(Type t, bool ftz, int which, From from) {
  if (t == Type::f16) return ftz ? by_compare<HalfLane<false, true>>(which, from) : by_compare<HalfLane<false, false>>(which, from);
  if (t == Type::bf16) return ftz ? by_compare<HalfLane<true, true>>(which, from) : by_compare<HalfLane<true, false>>(which, from);
  if (ftz) return by_compare<Flushed>(which, from);
  return pick<Comparable>(t, [&]<Type T>() -> Handler { return by_compare<native<T>>(which, from); });
}
template <class From>
Handler by_pairs(Type t, bool ftz, int which, From from) {
  const auto with = [&]<bool Brain, bool Ftz>() -> Handler {
    return by_compare<float>(which, [&]<class, Compare C>() -> Handler { return from.template operator()<Brain, Ftz, C>(); });
  };
  return t == Type::f16x2 ? (ftz ? with.template operator()<false, true>() : with.template operator()<false, false>())
                          : (ftz ? with.template operator()<true, true>() : with.template operator()<true, false>());
}

int comparison(Builder& b, Type t) {
  // lo, ls, hi, hs are the unsigned names of lt, le, gt, ge
  static constexpr std::initializer_list<const char*> kNames = {"eq",  "ne",  "lt",  "le",  "gt",  "ge", "equ", "neu", "ltu",
                                                                "leu", "gtu", "geu", "num", "nan", "lo", "ls",  "hi",  "hs"};
  const int which = b.take_one(kNames);
  if (which < 0) b.refuse("unknown comparison");
  const bool is_float = t == Type::f32 || t == Type::f64 || is_half(t) || is_pair(t);
  if (which >= kEqu && which <= kNan && !is_float) b.refuse("this comparison is for floating point");
  constexpr int named[] = {kLt, kLe, kGt, kGe};
  return which > kNan ? named[which - kNan - 1] : which;
}

void build_setp(Builder& b, Op& op) {
  using Kind = ptx::Operand::Kind;
  const Type t = b.type();
  const int which = comparison(b, t);
  const int logic = b.take_one({"and", "or", "xor"});
  const bool ftz = b.take("ftz");
  if (ftz && t != Type::f32 && !is_half(t) && !is_pair(t)) b.refuse(".ftz is for f32 and halves");
  b.done();
  const unsigned size = ptx::size_bytes(t);
  const auto& to = b.operand(0);
  op.flags = uint16_t(logic + 1);
  if (to.kind == Kind::pair) {
    op.flags |= 4;
    op.d = b.predicate(to.operands[0]);
    op.imm = b.predicate(to.operands[1]);
  } else {
    op.d = b.predicate(to);
  }
  if (is_pair(t)) {
    if (to.kind != Kind::pair) b.refuse("a pair of halves is compared into two predicates");
    op.run = by_pairs(t, ftz, which, []<bool Brain, bool Ftz, Compare C>() -> Handler { return setp_pair<Brain, Ftz, C>; });
  } else {
    op.run = by_lanes(t, ftz, which, []<class V, Compare C>() -> Handler { return setp<V, C>; });
  }
  if (!op.run) b.refuse("not for this type");
  if (logic >= 0) op.c = b.source(b.operand(3), 1);
  op.a = b.source(b.operand(1), size);
  op.b = b.source(b.operand(2), size);
}

// set: 1.0 or 0.0 for floating-point results, all ones or 0 for integers.
template <class R, uint64_t Yes>
struct Result {
  using type = R;
  static constexpr R yes = R(Yes);
};

void build_set(Builder& b, Op& op) {
  const Type result = b.type(0), t = b.type(1);
  const int which = comparison(b, t);
  const int logic = b.take_one({"and", "or", "xor"});
  const bool ftz = b.take("ftz");
  if (ftz && t != Type::f32 && !is_half(t) && !is_pair(t)) b.refuse(".ftz is for f32 and halves");
  b.done();
  op.flags = uint16_t(logic + 1);
  const auto with = [&]<class R>() -> Handler {
    return by_lanes(t, ftz, which, []<class V, Compare C>() -> Handler { return set<V, C, R>; });
  };
  const bool pairs = is_pair(t);
  if (pairs != is_pair(result) && !(pairs && (result == Type::u32 || result == Type::s32))) b.refuse("not for this type");
  if (pairs) {
    op.imm = result == Type::f16x2 ? 0x3c00 : result == Type::bf16x2 ? 0x3f80 : 0xffff;
    op.run = by_pairs(t, ftz, which, []<bool Brain, bool Ftz, Compare C>() -> Handler { return set_pair<Brain, Ftz, C>; });
  } else {
    switch (result) {
      case Type::u32:
      case Type::s32: op.run = with.template operator()<Result<uint32_t, ~0u>>(); break;
      case Type::u16:
      case Type::s16: op.run = is_half(t) ? with.template operator()<Result<uint16_t, 0xffff>>() : nullptr; break;
      case Type::f32: op.run = with.template operator()<Result<uint32_t, 0x3f800000>>(); break;
      case Type::f16: op.run = with.template operator()<Result<uint16_t, 0x3c00>>(); break;
      case Type::bf16: op.run = with.template operator()<Result<uint16_t, 0x3f80>>(); break;
      default: break;
    }
  }
  if (!op.run) b.refuse("not for this type");
  op.d = b.target(b.operand(0), ptx::size_bytes(result));
  op.a = b.source(b.operand(1), ptx::size_bytes(t));
  op.b = b.source(b.operand(2), ptx::size_bytes(t));
  if (logic >= 0) op.c = b.source(b.operand(3), 1);
}

}  // namespace

std::vector<Row> compare_rows() {
  std::vector<Type> types = Comparable::list(), results = {Type::u32, Type::s32, Type::f32, Type::u16, Type::s16};
  for (Type t : {Type::f16, Type::bf16, Type::f16x2, Type::bf16x2}) {
    types.push_back(t);
    results.push_back(t);
  }
  return {custom("setp", types, build_setp, kPipeInteger), custom("set", results, build_set, kPipeInteger)};
}

}  // namespace wg
