// Half precision: f16, f16x2 (PTX ISA 9.0, section 9.7.4). Every operation is computed wider and rounded once: float holds sums and products of two halves exactly
// enough (24 >= 2 * 11 + 2 bits) that rounding twice changes nothing; fma goes through double.
#include "half.h"

#include "table.h"

namespace wg {
namespace {

constexpr auto add = [](float a, float b) { return a + b; };
constexpr auto sub = [](float a, float b) { return a - b; };
constexpr auto mul = [](float a, float b) { return a * b; };
constexpr auto minimum = [](float a, float b) { return a != a ? b : b != b ? a : (a < b || (a == b && std::signbit(a))) ? a : b; };
constexpr auto maximum = [](float a, float b) { return a != a ? b : b != b ? a : (a > b || (a == b && !std::signbit(a))) ? a : b; };
constexpr auto fused = [](double a, double b, double c) { return a * b + c; };
constexpr auto fused_relu = [](double a, double b, double c) { const double r = a * b + c; return r > 0 ? r : 0.0; };
constexpr auto negate = [](float a) { return -a; };
constexpr auto absolute = [](float a) { return std::fabs(a); };
constexpr auto exp2_ = [](float a) { return std::exp2(a); };
constexpr auto tanh_ = [](float a) { return std::tanh(a); };

template <class F, bool Brain>
struct OnHalf {
  static float up(uint16_t x) { return Brain ? from_bfloat16(x) : from_half(x); }
  static uint16_t down(double x) { return Brain ? to_bfloat16(x) : to_half(x); }
  uint16_t operator()(uint16_t a) const requires std::is_invocable_v<F, float> { return down(F{}(up(a))); }
  uint16_t operator()(uint16_t a, uint16_t b) const requires(std::is_invocable_v<F, float, float>) { return down(F{}(up(a), up(b))); }
  uint16_t operator()(uint16_t a, uint16_t b, uint16_t c) const requires(std::is_invocable_v<F, float, float, float>) { return down(F{}(up(a), up(b), up(c))); }
};
template <class F, bool Brain>
struct OnPair {
  template <class... A>
  uint32_t operator()(A... x) const {
    return uint32_t(OnHalf<F, Brain>{}(uint16_t(x)...)) | uint32_t(OnHalf<F, Brain>{}(uint16_t(x >> 16)...)) << 16;
  }
};

template <class F, unsigned N, class T>
Handler lanes() {
  if constexpr (N == 3) return lanes3<F, T, T, T, T>;
  else if constexpr (N == 2) return lanes2<F, T, T, T>;
  else return lanes1<F, T, T>;
}

template <class F>
constexpr unsigned arity_of = std::is_invocable_v<F, float> ? 1 : std::is_invocable_v<F, float, float> ? 2 : 3;

template <class F>
Row half(const char* name, F) {
  constexpr unsigned n = arity_of<F>;
  return {name, {Type::f16, Type::f16x2, Type::bf16, Type::bf16x2}, [](Builder& b, Op& op) {
            b.ignore({"rn", "approx", "relu"});
            if (b.take("ftz")) b.refuse(".ftz on half precision is not emulated");
            b.done();
            const Type t = b.type();
            const unsigned size = ptx::size_bytes(t);
            switch (t) {
              case Type::f16: op.run = lanes<OnHalf<F, false>, n, uint16_t>(); break;
              case Type::bf16: op.run = lanes<OnHalf<F, true>, n, uint16_t>(); break;
              case Type::f16x2: op.run = lanes<OnPair<F, false>, n, uint32_t>(); break;
              case Type::bf16x2: op.run = lanes<OnPair<F, true>, n, uint32_t>(); break;
              default: b.refuse("not for this type");
            }
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            if (n > 1) op.b = b.source(b.operand(2), size);
            if (n > 2) op.c = b.source(b.operand(3), size);
          },
          kPipeOther};
}

}  // namespace

std::vector<Row> half_rows() {
  return {half("add", add), half("sub", sub), half("mul", mul), half("fma", fused), half("fma.rn.relu", fused_relu), half("min", minimum), half("max", maximum),
          half("neg", negate), half("abs", absolute), half("ex2", exp2_), half("tanh", tanh_)};
}

}  // namespace wg
