// Half precision: f16, f16x2, bf16, bf16x2 (PTX ISA 9.0, section 9.7.4). Every operation is computed in double and rounded once: products
// are exact there, sums are held exactly enough that rounding twice changes nothing; fma keeps a trace of what double cuts off.
#include "half.h"

#include "table.h"

namespace wg {
namespace {

constexpr auto add = [](double a, double b) { return a + b; };
constexpr auto sub = [](double a, double b) { return a - b; };
constexpr auto mul = [](double a, double b) { return a * b; };
constexpr auto minimum = [](float a, float b) { return a != a ? b : b != b ? a : (a < b || (a == b && std::signbit(a))) ? a : b; };
constexpr auto maximum = [](float a, float b) { return a != a ? b : b != b ? a : (a > b || (a == b && !std::signbit(a))) ? a : b; };
constexpr auto minimum_nan = [](float a, float b) { return a != a || b != b ? std::numeric_limits<float>::quiet_NaN() : minimum(a, b); };
constexpr auto maximum_nan = [](float a, float b) { return a != a || b != b ? std::numeric_limits<float>::quiet_NaN() : maximum(a, b); };
// The sum of an exact product and c, rounded to odd: if anything was cut off, the last bit is set, so that the rounding to 8 or 11 bits
// that follows sees no false tie.
constexpr auto fused = [](double a, double b, double c) {
  const double product = a * b;
  double sum = product + c;
  if (!std::isfinite(sum)) return sum;
  const double of_c = sum - product, lost = (product - (sum - of_c)) + (c - of_c);  // Knuth's two-sum
  uint64_t bits;
  std::memcpy(&bits, &sum, 8);
  if (lost != 0 && !(bits & 1)) {
    bits += (lost > 0) == (sum > 0) ? 1 : -1;
    std::memcpy(&sum, &bits, 8);
  }
  return sum;
};
// min.xorsign.abs: of the magnitudes, with the exclusive or of the signs.
template <class F>
struct XorSign {
  float operator()(float a, float b) const {
    const float r = F{}(std::fabs(a), std::fabs(b));
    return std::signbit(a) != std::signbit(b) ? -r : r;
  }
};
constexpr auto negate = [](float a) { return -a; };
constexpr auto absolute = [](float a) { return std::fabs(a); };
constexpr auto exp2_ = [](float a) { return std::exp2(a); };
constexpr auto tanh_ = [](float a) { return std::tanh(a); };

enum HalfFlags { kPlain = 0, kFlush = 1, kSaturate = 2, kRelu = 4 };
template <class F, bool Brain, int Flags>
struct OnHalf {
  static uint16_t flush(uint16_t x) { return (Flags & kFlush) && !(x & (Brain ? 0x7f80 : 0x7c00)) ? x & 0x8000 : x; }
  static float up(uint16_t x) { return Brain ? from_bfloat16(flush(x)) : from_half(flush(x)); }
  static uint16_t down(double x) {
    if (Flags & kRelu) x = x > 0 || x != x ? x : 0.0;
    if (Flags & kSaturate) x = x > 0 ? (x < 1 ? x : 1.0) : 0.0;  // NaN becomes +0
    return flush(Brain ? to_bfloat16(x) : to_half(x));
  }
  uint16_t operator()(uint16_t a) const
    requires std::is_invocable_v<F, float>
  {
    return down(F{}(up(a)));
  }
  uint16_t operator()(uint16_t a, uint16_t b) const
    requires(std::is_invocable_v<F, float, float>)
  {
    return down(F{}(up(a), up(b)));
  }
  uint16_t operator()(uint16_t a, uint16_t b, uint16_t c) const
    requires(std::is_invocable_v<F, float, float, float>)
  {
    return down(F{}(up(a), up(b), up(c)));
  }
};
template <class F, bool Brain, int Flags>
struct OnPair {
  template <class... A>
  uint32_t operator()(A... x) const {
    using H = OnHalf<F, Brain, Flags>;
    return uint32_t(H{}(uint16_t(x)...)) | uint32_t(H{}(uint16_t(x >> 16)...)) << 16;
  }
};

template <class F, unsigned N, class T>
Handler lanes() {
  if constexpr (N == 3) return lanes3<F, T, T, T, T>;
  else if constexpr (N == 2) return lanes2<F, T, T, T>;
  else return lanes1<F, T, T>;
}

template <class F>
constexpr unsigned arity_of = std::is_invocable_v<F, float>          ? 1
                              : std::is_invocable_v<F, float, float> ? 2
                                                                     : 3;

template <class F, unsigned N, int Flags>
Handler for_type(Type t) {
  switch (t) {
    case Type::f16: return lanes<OnHalf<F, false, Flags>, N, uint16_t>();
    case Type::bf16: return lanes<OnHalf<F, true, Flags>, N, uint16_t>();
    case Type::f16x2: return lanes<OnPair<F, false, Flags>, N, uint32_t>();
    case Type::bf16x2: return lanes<OnPair<F, true, Flags>, N, uint32_t>();
    default: return nullptr;
  }
}

template <class F>
Handler handler(Type t, bool ftz, bool sat, bool relu) {
  constexpr unsigned n = arity_of<F>;
  if constexpr (n == 3)
    if (relu) return ftz ? for_type<F, n, kFlush | kRelu>(t) : for_type<F, n, kRelu>(t);
  if constexpr (n > 1)
    if (sat) return ftz ? for_type<F, n, kFlush | kSaturate>(t) : for_type<F, n, kSaturate>(t);
  return ftz ? for_type<F, n, kFlush>(t) : for_type<F, n, kPlain>(t);
}

const std::vector<Type> kHalves = {Type::f16, Type::f16x2, Type::bf16, Type::bf16x2};

void operands(Builder& b, Op& op, unsigned n) {
  if (!op.run) b.refuse("not for this type");
  const unsigned size = ptx::size_bytes(b.type());
  op.d = b.target(b.operand(0), size);
  op.a = b.source(b.operand(1), size);
  if (n > 1) op.b = b.source(b.operand(2), size);
  if (n > 2) op.c = b.source(b.operand(3), size);
}

// `own`: a modifier that changes nothing.
template <class F>
Row half(const char* name, F, const char* own) {
  constexpr unsigned n = arity_of<F>;
  return {name, kHalves,
          [own](Builder& b, Op& op) {
            b.take(own);
            const bool ftz = b.take("ftz"), sat = n > 1 && b.take("sat"), relu = n == 3 && !sat && b.take("relu");
            b.done();
            op.run = handler<F>(b.type(), ftz, sat, relu);
            operands(b, op, n);
          },
          kPipeOther};
}

template <class F, class WithNan>
Row extreme(const char* name, F, WithNan) {
  return {name, kHalves,
          [](Builder& b, Op& op) {
            const bool ftz = b.take("ftz"), nan = b.take("NaN"), signs = b.take("xorsign");
            if (signs && !b.take("abs")) b.refuse(".xorsign goes with .abs");
            b.done();
            const Type t = b.type();
            op.run = signs ? (nan ? handler<XorSign<WithNan>>(t, ftz, false, false) : handler<XorSign<F>>(t, ftz, false, false))
                           : (nan ? handler<WithNan>(t, ftz, false, false) : handler<F>(t, ftz, false, false));
            operands(b, op, 2);
          },
          kPipeOther};
}

}  // namespace

std::vector<Row> half_rows() {
  return {half("add", add, "rn"),
          half("sub", sub, "rn"),
          half("mul", mul, "rn"),
          half("fma", fused, "rn"),
          extreme("min", minimum, minimum_nan),
          extreme("max", maximum, maximum_nan),
          half("neg", negate, ""),
          half("abs", absolute, ""),
          half("ex2", exp2_, "approx"),
          half("tanh", tanh_, "approx")};
}

}  // namespace wg
