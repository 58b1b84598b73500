// Comparisons: setp and set. PTX ISA 9.0, section 9.7.6. Unordered comparisons (…u) are true when an operand is NaN.
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

template <class T, Compare C>
inline uint32_t compare_lanes(const T* a, const T* b) {
  using V = std::conditional_t<std::is_same_v<T, Flushed>, float, T>;
  uint32_t r = 0;
  for (unsigned i = 0; i < kLanes; i++) r |= uint32_t(Test<C>{}(V(a[i]), V(b[i]))) << i;
  return r;
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
  R* d = w.lanes<R>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    if constexpr (std::is_floating_point_v<R>) d[i] = r >> i & 1 ? R(1) : R(0);
    else d[i] = r >> i & 1 ? R(~R(0)) : R(0);
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

// Half types are compared as floats, after widening into scratch lanes.
template <bool Brain>
const Op* setp_half(Warp& w, const Op* op) {
  const uint16_t *a = w.lanes<uint16_t>(op->a), *b = w.lanes<uint16_t>(op->b);
  uint32_t r = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    const float x = Brain ? from_bfloat16(a[i]) : from_half(a[i]), y = Brain ? from_bfloat16(b[i]) : from_half(b[i]);
    const bool unordered = x != x || y != y;
    bool yes = false;
    switch (op->imm) {
      case kEq: yes = x == y; break;
      case kNe: yes = !unordered && x != y; break;
      case kLt: yes = x < y; break;
      case kLe: yes = x <= y; break;
      case kGt: yes = x > y; break;
      case kGe: yes = x >= y; break;
      case kEqu: yes = unordered || x == y; break;
      case kNeu: yes = unordered || x != y; break;
      case kLtu: yes = unordered || x < y; break;
      case kLeu: yes = unordered || x <= y; break;
      case kGtu: yes = unordered || x > y; break;
      case kGeu: yes = unordered || x >= y; break;
      case kNum: yes = !unordered; break;
      case kNan: yes = unordered; break;
    }
    r |= uint32_t(yes) << i;
  }
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (r & w.mask);
  return next(op);
}

using Comparable =
    Types<Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64, Type::f32, Type::f64>;

int comparison(Builder& b, Type t) {
  // lo, ls, hi, hs are the unsigned names of lt, le, gt, ge
  static constexpr std::initializer_list<const char*> kNames = {"eq",  "ne",  "lt",  "le",  "gt",  "ge", "equ", "neu", "ltu",
                                                                "leu", "gtu", "geu", "num", "nan", "lo", "ls",  "hi",  "hs"};
  const int which = b.take_one(kNames);
  if (which < 0) b.refuse("unknown comparison");
  const bool is_float = t == Type::f32 || t == Type::f64 || t == Type::f16 || t == Type::bf16;
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
  if (ftz && t != Type::f32) b.refuse(".ftz is for f32");
  b.done();
  const unsigned size = ptx::size_bytes(t);
  const auto& to = b.operand(0);
  if (t == Type::f16 || t == Type::bf16) {
    if (logic >= 0 || to.kind == Kind::pair) b.refuse("half comparisons with a second predicate are not emulated");
    op.run = t == Type::f16 ? setp_half<false> : setp_half<true>;
    op.imm = which;
    op.d = b.predicate(to);
  } else {
    op.run = pick<Comparable>(
        t, [&]<Type T>() -> Handler { return by_compare<native<T>>(which, []<class V, Compare C>() -> Handler { return setp<V, C>; }); });
    if (ftz) op.run = by_compare<Flushed>(which, []<class V, Compare C>() -> Handler { return setp<V, C>; });
    if (!op.run) b.refuse("not for this type");
    op.flags = uint16_t(logic + 1);
    if (to.kind == Kind::pair) {
      op.flags |= 4;
      op.d = b.predicate(to.operands[0]);
      op.imm = b.predicate(to.operands[1]);
    } else {
      op.d = b.predicate(to);
    }
    if (logic >= 0) op.c = b.source(b.operand(3), 1);
  }
  op.a = b.source(b.operand(1), size);
  op.b = b.source(b.operand(2), size);
}

void build_set(Builder& b, Op& op) {
  const Type result = b.type(0), t = b.type(1);
  const int which = comparison(b, t);
  const int logic = b.take_one({"and", "or", "xor"});
  const bool ftz = b.take("ftz");
  if (ftz && t != Type::f32) b.refuse(".ftz is for f32");
  b.done();
  const bool as_float = result == Type::f32;
  if (ptx::size_bytes(result) != 4) b.refuse("only 32-bit results are emulated");
  op.run = pick<Comparable>(t, [&]<Type T>() -> Handler {
    if (as_float) return by_compare<native<T>>(which, []<class V, Compare C>() -> Handler { return set<V, C, float>; });
    return by_compare<native<T>>(which, []<class V, Compare C>() -> Handler { return set<V, C, uint32_t>; });
  });
  if (ftz)
    op.run = as_float ? by_compare<Flushed>(which, []<class V, Compare C>() -> Handler { return set<V, C, float>; })
                      : by_compare<Flushed>(which, []<class V, Compare C>() -> Handler { return set<V, C, uint32_t>; });
  if (!op.run) b.refuse("not for this type");
  op.flags = uint16_t(logic + 1);
  op.d = b.target(b.operand(0), 4);
  op.a = b.source(b.operand(1), ptx::size_bytes(t));
  op.b = b.source(b.operand(2), ptx::size_bytes(t));
  if (logic >= 0) op.c = b.source(b.operand(3), 1);
}

}  // namespace

std::vector<Row> compare_rows() {
  std::vector<Type> types = Comparable::list(), results = {Type::u32, Type::s32, Type::f32};
  types.push_back(Type::f16);
  types.push_back(Type::bf16);
  return {custom("setp", types, build_setp, kPipeInteger), custom("set", results, build_set, kPipeInteger)};
}

}  // namespace wg
