// Logic, shifts and bit fields: PTX ISA 9.0, sections 9.7.8, 9.7.1 (bit operations) and 9.7.9 (prmt).
#include <bit>

#include "table.h"

namespace wg {
namespace {

constexpr auto and_ = []<class T>(T a, T b) { return T(a & b); };
constexpr auto or_ = []<class T>(T a, T b) { return T(a | b); };
constexpr auto xor_ = []<class T>(T a, T b) { return T(a ^ b); };
constexpr auto not_ = []<class T>(T a) { return T(~a); };
constexpr auto cnot = []<class T>(T a) { return T(a == 0); };
constexpr auto popc = []<class T>(T a) { return uint32_t(std::popcount(std::make_unsigned_t<T>(a))); };
constexpr auto clz = []<class T>(T a) { return uint32_t(std::countl_zero(std::make_unsigned_t<T>(a))); };
// Shift amounts beyond the width are clamped to it.
constexpr auto shl = []<class T>(T a, uint32_t n) { return n >= 8 * sizeof(T) ? T(0) : T(a << n); };
constexpr auto shr = []<class T>(T a, uint32_t n) {
  if constexpr (std::is_signed_v<T>) return T(a >> (n >= 8 * sizeof(T) ? 8 * sizeof(T) - 1 : n));
  else return n >= 8 * sizeof(T) ? T(0) : T(a >> n);
};
constexpr auto brev = []<class T>(T a) {
  T r = 0;
  for (unsigned i = 0; i < 8 * sizeof(T); i++) r = T(r | (a >> i & 1) << (8 * sizeof(T) - 1 - i));
  return r;
};
// bfind: position of the most significant bit that differs from the sign; -1 if there is none.
template <class T>
uint32_t find_bit(T a, bool shift_amount) {
  std::make_unsigned_t<T> x = std::make_unsigned_t<T>(std::is_signed_v<T> && a < 0 ? ~a : a);
  if (!x) return ~0u;
  const unsigned leading = unsigned(std::countl_zero(x));
  return shift_amount ? leading : unsigned(8 * sizeof(T)) - 1 - leading;
}
constexpr auto bfind = []<class T>(T a) { return find_bit(a, false); };
constexpr auto bfind_shift = []<class T>(T a) { return find_bit(a, true); };
// bfe: extract `length` bits at `start`, sign- or zero-extended; bits beyond the word take the sign (s) or zero (u).
constexpr auto bfe = []<class T>(T a, uint32_t b, uint32_t c) {
  constexpr unsigned top = 8 * sizeof(T) - 1;
  const unsigned start = b & 255, length = c & 255;
  using U = std::make_unsigned_t<T>;
  U sign = 0;
  if constexpr (std::is_signed_v<T>) sign = length == 0 ? U(0) : U(U(a) >> (start + length - 1 < top ? start + length - 1 : top) & 1);
  U r = 0;
  for (unsigned i = 0; i <= top; i++) {
    const U bit = i < length && start + i <= top ? U(U(a) >> (start + i) & 1) : sign;
    r = U(r | bit << i);
  }
  return T(r);
};
template <class T>
struct Bfi {
  T operator()(T a, T b, uint32_t c, uint32_t d) const {
    const unsigned start = c & 255, length = d & 255;
    T r = b;
    for (unsigned i = 0; i < length && start + i < 8 * sizeof(T); i++) r = T((r & ~(T(1) << (start + i))) | (T(a >> i & 1) << (start + i)));
    return r;
  }
};
template <class T>
const Op* bfi_lanes(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const T *a = w.lanes<T>(op->a), *b = w.lanes<T>(op->b);
  const uint32_t *c = w.lanes<uint32_t>(op->c), *d = w.lanes<uint32_t>(e.registers[0]);
  T* r = w.lanes<T>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    r[i] = Bfi<T>{}(a[i], b[i], c[i], d[i]);
  }
  return next(op);
}
// bmsk: a mask of `length` ones from bit `start`.
template <bool Wrap>
struct Bmsk {
  uint32_t operator()(uint32_t a, uint32_t b) const {
    const uint32_t start = Wrap ? a & 31 : (a > 32 ? 32 : a), length = Wrap ? b & 31 : (b > 32 ? 32 : b);
    const uint64_t ones = length >= 32 ? 0xffffffffull : (1ull << length) - 1;
    return uint32_t(ones << start);
  }
};
// shf: funnel shift of the 64-bit b:a.
template <bool Left, bool Wrap>
struct Shf {
  uint32_t operator()(uint32_t a, uint32_t b, uint32_t c) const {
    const uint32_t n = Wrap ? c & 31 : (c > 32 ? 32 : c);
    const uint64_t x = uint64_t(b) << 32 | a;
    return Left ? uint32_t(n == 0 ? b : (x << n) >> 32) : uint32_t(n >= 64 ? 0 : x >> n);
  }
};
// prmt: picks four of the eight bytes of b:a.
template <int Mode>
struct Prmt {
  uint32_t operator()(uint32_t a, uint32_t b, uint32_t c) const {
    const uint64_t x = uint64_t(b) << 32 | a;
    uint32_t r = 0;
    for (unsigned i = 0; i < 4; i++) {
      unsigned sel;
      bool sign = false;
      const unsigned n = c & 3;
      switch (Mode) {
        case 1: sel = (n + i) & 7; break;             // f4e
        case 2: sel = (n - i) & 7; break;             // b4e
        case 3: sel = n; break;                       // rc8
        case 4: sel = n > i ? n : i; break;           // ecl
        case 5: sel = n < i ? n : i; break;           // ecr
        case 6: sel = (n & 1) << 1 | (i & 1); break;  // rc16
        default: sel = c >> (4 * i) & 7; sign = c >> (4 * i + 3) & 1;
      }
      uint32_t byte = uint32_t(x >> (8 * sel)) & 255;
      if (sign) byte = byte & 128 ? 255 : 0;
      r |= byte << (8 * i);
    }
    return r;
  }
};
// lop3: any function of three bits, by its truth table.
const Op* lop3(Warp& w, const Op* op) {
  const uint32_t *a = w.lanes<uint32_t>(op->a), *b = w.lanes<uint32_t>(op->b), *c = w.lanes<uint32_t>(op->c);
  alignas(64) uint32_t r[kLanes];
  for (unsigned i = 0; i < kLanes; i++) {
    uint32_t x = 0;
    for (unsigned k = 0; k < 8; k++)
      if (op->imm >> k & 1) x |= (k & 4 ? a[i] : ~a[i]) & (k & 2 ? b[i] : ~b[i]) & (k & 1 ? c[i] : ~c[i]);
    r[i] = x;
  }
  blend(w, w.lanes<uint32_t>(op->d), r);
  return next(op);
}

// lop3.and.b32 d|p, a, b, c, table, q: p tells whether d is not 0, combined with q. extra: p, q, how (0 or, 1 and, 2 xor).
const Op* lop3_test(Warp& w, const Op* op) {
  lop3(w, op);
  const Extra& e = w.frame->code->extras[op->extra];
  const uint32_t *d = w.lanes<uint32_t>(op->d), q = w.predicate(e.registers[1]);
  uint32_t r = 0;
  for (unsigned i = 0; i < kLanes; i++) r |= uint32_t(d[i] != 0) << i;
  r = e.widths[0] == 0 ? r | q : e.widths[0] == 1 ? r & q : r ^ q;
  uint32_t& p = w.predicate(e.registers[0]);
  p = (p & ~w.mask) | (r & w.mask);
  return next(op);
}
// szext: the low b bits of a, sign- or zero-extended.
template <class T, bool Wrap>
struct Szext {
  uint32_t operator()(uint32_t a, uint32_t b) const {
    const uint32_t bits = Wrap ? b & 31 : b > 32 ? 32 : b;
    if (bits == 0) return 0;
    return uint32_t(T(a << (32 - bits)) >> (32 - bits));
  }
};
// fns: the n-th set bit of a mask, up or down from a base.
struct Fns {
  uint32_t operator()(uint32_t mask, uint32_t base, uint32_t n) const {
    const int32_t offset = int32_t(n);
    if (base > 31) return ~0u;
    if (offset == 0) return mask >> base & 1 ? base : ~0u;
    uint32_t left = offset < 0 ? 0u - n : n;
    for (int at = int(base); at >= 0 && at < 32; at += offset < 0 ? -1 : 1)
      if ((mask >> at & 1) && --left == 0) return uint32_t(at);
    return ~0u;
  }
};

using AllBits = Types<Type::b16, Type::b32, Type::b64>;
using Words64 = Types<Type::u32, Type::u64, Type::s32, Type::s64>;
using ShiftRight = Types<Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64>;

// Logic on predicates is logic on lane masks.
enum PredicateLogic { kAnd, kOr, kXor, kNot };
template <PredicateLogic L>
const Op* predicate_logic(Warp& w, const Op* op) {
  const uint32_t a = w.predicate(op->a), b = L == kNot ? 0 : w.predicate(op->b);
  const uint32_t r = L == kAnd ? a & b : L == kOr ? a | b : L == kXor ? a ^ b : ~a;
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (r & w.mask);
  return next(op);
}
template <PredicateLogic L>
Row on_predicates(const char* name) {
  return {name,
          {Type::pred},
          [](Builder& b, Op& op) {
            b.done();
            op.run = predicate_logic<L>;
            op.d = b.predicate(b.operand(0));
            op.a = b.source(b.operand(1), 1);
            if (L != kNot) op.b = b.source(b.operand(2), 1);
          },
          kPipeInteger};
}

template <class List, class F>
Row shift(const char* name, List, F) {
  return {name, List::list(),
          [](Builder& b, Op& op) {
            b.done();
            const unsigned size = ptx::size_bytes(b.type());
            op.run = pick<List>(b.type(), []<Type T>() -> Handler { return lanes2<F, native<T>, native<T>, uint32_t>; });
            if (!op.run) b.refuse("not for this type");
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), 4);
          },
          kPipeInteger};
}
using BitWords = Types<Type::b32, Type::b64>;
template <class List, class F>
Row counting(const char* name, List, F) {  // the result is a u32
  return {name, List::list(),
          [](Builder& b, Op& op) {
            b.take("shiftamt");
            b.done();
            op.run = pick<List>(b.type(), []<Type T>() -> Handler { return lanes1<F, uint32_t, native<T>>; });
            if (!op.run) b.refuse("not for this type");
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), ptx::size_bytes(b.type()));
          },
          kPipeInteger};
}
template <class F>
Row words3(const char* name, std::initializer_list<const char*> modifiers, unsigned sources, F) {
  std::vector<std::string> skip(modifiers.begin(), modifiers.end());
  return {name,
          {Type::b32},
          [skip, sources](Builder& b, Op& op) {
            for (const auto& s : skip) b.take(s.c_str());
            b.done();
            if constexpr (std::is_invocable_v<F, uint32_t, uint32_t, uint32_t>) op.run = lanes3<F, uint32_t, uint32_t, uint32_t, uint32_t>;
            else op.run = lanes2<F, uint32_t, uint32_t, uint32_t>;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            if (sources > 2) op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger};
}

template <Type T, class C>
Row szext() {
  return {"szext",
          {T},
          [](Builder& b, Op& op) {
            const int mode = b.take_one({"clamp", "wrap"});
            b.done();
            if (mode < 0) b.refuse("it needs .clamp or .wrap");
            op.run =
                mode == 0 ? lanes2<Szext<C, false>, uint32_t, uint32_t, uint32_t> : lanes2<Szext<C, true>, uint32_t, uint32_t, uint32_t>;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
          },
          kPipeInteger};
}

}  // namespace

std::vector<Row> logic_rows() {
  return {
      lanewise("and", AllBits{}, and_),
      lanewise("or", AllBits{}, or_),
      lanewise("xor", AllBits{}, xor_),
      lanewise("not", AllBits{}, not_),
      lanewise("cnot", AllBits{}, cnot),
      lanewise("brev", Types<Type::b32, Type::b64>{}, brev),
      on_predicates<kAnd>("and"),
      on_predicates<kOr>("or"),
      on_predicates<kXor>("xor"),
      on_predicates<kNot>("not"),
      shift("shl", AllBits{}, shl),
      shift("shr", ShiftRight{}, shr),
      counting("popc", BitWords{}, popc),
      counting("clz", BitWords{}, clz),
      counting("bfind", Words64{}, bfind),
      counting("bfind.shiftamt", Words64{}, bfind_shift),
      words3("bmsk.clamp", {"clamp"}, 2, Bmsk<false>{}),
      words3("bmsk.wrap", {"wrap"}, 2, Bmsk<true>{}),
      szext<Type::u32, uint32_t>(),
      szext<Type::s32, int32_t>(),
      words3("fns", {}, 3, Fns{}),
      words3("shf.l.wrap", {"l", "wrap"}, 3, Shf<true, true>{}),
      words3("shf.l.clamp", {"l", "clamp"}, 3, Shf<true, false>{}),
      words3("shf.r.wrap", {"r", "wrap"}, 3, Shf<false, true>{}),
      words3("shf.r.clamp", {"r", "clamp"}, 3, Shf<false, false>{}),
      custom(
          "prmt", {Type::b32},
          [](Builder& b, Op& op) {
            const int mode = b.take_one({"f4e", "b4e", "rc8", "ecl", "ecr", "rc16"});
            b.done();
            constexpr Handler h[] = {
                lanes3<Prmt<0>, uint32_t, uint32_t, uint32_t, uint32_t>, lanes3<Prmt<1>, uint32_t, uint32_t, uint32_t, uint32_t>,
                lanes3<Prmt<2>, uint32_t, uint32_t, uint32_t, uint32_t>, lanes3<Prmt<3>, uint32_t, uint32_t, uint32_t, uint32_t>,
                lanes3<Prmt<4>, uint32_t, uint32_t, uint32_t, uint32_t>, lanes3<Prmt<5>, uint32_t, uint32_t, uint32_t, uint32_t>,
                lanes3<Prmt<6>, uint32_t, uint32_t, uint32_t, uint32_t>};
            op.run = h[mode + 1];
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger),
      custom(
          "lop3", {Type::b32},
          [](Builder& b, Op& op) {
            const int test = b.take_one({"or", "and", "xor"});
            b.done();
            op.run = test < 0 ? lop3 : lop3_test;
            const auto& to = b.operand(0);
            if ((test >= 0) != (to.kind == ptx::Operand::Kind::pair)) b.refuse("a predicate goes with a logical operation");
            if (test >= 0 && to.operands[0].kind == ptx::Operand::Kind::sink) b.refuse("its result must have a register");
            op.d = b.target(test < 0 ? to : to.operands[0], 4);
            if (test >= 0) {
              const uint32_t p = b.predicate(to.operands[1]), q = b.source(b.operand(5), 1);
              Extra& e = b.extra(op);
              e.registers = {p, q};
              e.widths = {uint8_t(test)};
            }
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
            if (b.operand(4).kind != ptx::Operand::Kind::immediate) b.refuse("the truth table must be an immediate");
            op.imm = int64_t(b.operand(4).bits & 255);
          },
          kPipeInteger),
      custom(
          "bfe", Words64::list(),
          [](Builder& b, Op& op) {
            b.done();
            op.run = pick<Words64>(b.type(),
                                   []<Type T>() -> Handler { return lanes3<decltype(bfe), native<T>, native<T>, uint32_t, uint32_t>; });
            if (!op.run) b.refuse("not for this type");
            const unsigned size = ptx::size_bytes(b.type());
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), 4);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger),
      custom(
          "bfi", {Type::b32, Type::b64},
          [](Builder& b, Op& op) {
            b.done();
            const unsigned size = ptx::size_bytes(b.type());
            op.run = size == 4 ? bfi_lanes<uint32_t> : bfi_lanes<uint64_t>;
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), size);
            op.c = b.source(b.operand(3), 4);
            const uint32_t length = b.source(b.operand(4), 4);
            b.extra(op).registers = {length};
          },
          kPipeInteger),
  };
}

}  // namespace wg
