// Floating point, f32 and f64: PTX ISA 9.0, section 9.7.3. IEEE 754 results come from the host's own arithmetic (the core is compiled with
// -ffp-contract=off); approximations are computed to at least the accuracy that PTX promises (2^-22 or so relative error).
#include <cfenv>

#include "table.h"

namespace wg {
namespace {

float flush(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }
template <class T>
T saturate01(T x) {
  return x > T(0) ? (x < T(1) ? x : T(1)) : T(0);
}  // NaN becomes +0

// Arithmetic that makes a NaN makes this one, whatever NaN went in (PTX ISA 9.0, section 9.7.3: f32 results are the canonical NaN).
template <class F>
struct Canonical {
  template <class... T>
  float operator()(T... x) const {
    const float r = F{}(x...);
    const uint32_t canonical = 0x7fffffff;
    float nan;
    std::memcpy(&nan, &canonical, 4);
    return r == r ? r : nan;
  }
};

// Wraps a lane function with `.ftz` and `.sat`.
template <class F, bool Ftz, bool Sat>
struct Modified {
  template <class T, class... U>
  T operator()(T a, U... rest) const {
    T r;
    if constexpr (Ftz && std::is_same_v<T, float>) r = flush(F{}(flush(a), flush(rest)...));
    else r = F{}(a, rest...);
    if constexpr (Sat) r = saturate01(r);
    return r;
  }
};

constexpr auto add = []<class T>(T a, T b) { return a + b; };
constexpr auto sub = []<class T>(T a, T b) { return a - b; };
constexpr auto mul = []<class T>(T a, T b) { return a * b; };
constexpr auto divide = []<class T>(T a, T b) { return a / b; };
constexpr auto fused = []<class T>(T a, T b, T c) { return std::fma(a, b, c); };
// min and max return the operand that is a number; -0 < +0.
constexpr auto minimum = []<class T>(T a, T b) { return a != a ? b : b != b ? a : (a < b || (a == b && std::signbit(a))) ? a : b; };
constexpr auto maximum = []<class T>(T a, T b) { return a != a ? b : b != b ? a : (a > b || (a == b && !std::signbit(a))) ? a : b; };
constexpr auto minimum_nan = []<class T>(T a, T b) {
  return a != a || b != b ? std::numeric_limits<T>::quiet_NaN() : (a < b || (a == b && std::signbit(a))) ? a : b;
};
constexpr auto maximum_nan = []<class T>(T a, T b) {
  return a != a || b != b ? std::numeric_limits<T>::quiet_NaN() : (a > b || (a == b && !std::signbit(a))) ? a : b;
};
// min.xorsign.abs: of the magnitudes, with the exclusive or of the signs.
template <class F>
struct XorSign {
  template <class T>
  T operator()(T a, T b) const {
    const T r = F{}(std::fabs(a), std::fabs(b));
    return std::signbit(a) != std::signbit(b) ? -r : r;
  }
};
constexpr auto negate = []<class T>(T a) { return -a; };
constexpr auto absolute = []<class T>(T a) { return std::fabs(a); };
constexpr auto copysign_ = []<class T>(T a, T b) { return std::copysign(b, a); };  // copysign d, a, b: the sign of a, the magnitude of b
constexpr auto square_root = []<class T>(T a) { return std::sqrt(a); };
constexpr auto reciprocal = []<class T>(T a) { return T(1) / a; };
constexpr auto reciprocal_root = []<class T>(T a) { return T(1.0 / std::sqrt(double(a))); };
constexpr auto exp2_ = []<class T>(T a) { return T(std::exp2(a)); };
constexpr auto log2_ = []<class T>(T a) { return T(std::log2(a)); };
constexpr auto sine = []<class T>(T a) { return T(std::sin(a)); };
constexpr auto cosine = []<class T>(T a) { return T(std::cos(a)); };
constexpr auto tanh_ = []<class T>(T a) { return T(std::tanh(a)); };

template <class F, class T>
constexpr Handler arity() {
  using G = std::conditional_t<std::is_same_v<T, float>, Canonical<F>, F>;
  if constexpr (std::is_invocable_v<F, T, T, T>) return lanes3<G, T, T, T, T>;
  else if constexpr (std::is_invocable_v<F, T, T>) return lanes2<G, T, T, T>;
  else return lanes1<G, T, T>;
}
// Arity of the lambda that F wraps: Modified takes any number of operands.
template <class F, class T, bool Ftz, bool Sat>
constexpr Handler wrapped() {
  using M = Modified<std::conditional_t<std::is_same_v<T, float>, Canonical<F>, F>, Ftz, Sat>;
  if constexpr (std::is_invocable_v<F, T, T, T>) return lanes3<M, T, T, T, T>;
  else if constexpr (std::is_invocable_v<F, T, T>) return lanes2<M, T, T, T>;
  else return lanes1<M, T, T>;
}
// Directed rounding runs the same loop under another rounding mode.
template <int Mode, Handler H>
const Op* rounded(Warp& w, const Op* op) {
  std::fesetround(Mode);
  const Op* r = H(w, op);
  std::fesetround(FE_TONEAREST);
  return r;
}
template <class F, class T, bool Ftz, bool Sat>
constexpr Handler plain() {
  if constexpr (Ftz || Sat) return wrapped<F, T, Ftz, Sat>();
  else return arity<F, T>();
}
template <class F, class T, bool Ftz, bool Sat>
Handler in_mode(int mode) {
  constexpr Handler h = plain<F, T, Ftz, Sat>();
  return mode == 1 ? rounded<FE_TOWARDZERO, h> : mode == 2 ? rounded<FE_DOWNWARD, h> : mode == 3 ? rounded<FE_UPWARD, h> : h;
}
template <class F, class T>
Handler with_modifiers(bool ftz, bool sat, int mode) {
  if constexpr (std::is_same_v<T, float>) {
    if (ftz) return sat ? in_mode<F, T, true, true>(mode) : in_mode<F, T, true, false>(mode);
    return sat ? in_mode<F, T, false, true>(mode) : in_mode<F, T, false, false>(mode);
  } else {
    return in_mode<F, T, false, false>(mode);
  }
}

template <class F>
Row floating(const char* name, std::vector<Type> types, F, uint8_t pipe) {
  return {name, types,
          [types](Builder& b, Op& op) {
            b.ignore({"approx", "full"});
            const int mode = b.take_one({"rn", "rz", "rm", "rp"});
            const bool ftz = b.take("ftz"), sat = b.take("sat");
            b.done();
            const Type t = b.type();
            if (t == Type::f64 && sat) b.refuse(".sat is for f32");
            op.run = t == Type::f32   ? with_modifiers<F, float>(ftz, sat, mode)
                     : t == Type::f64 ? with_modifiers<F, double>(false, false, mode)
                                      : nullptr;
            if (!op.run) b.refuse("not for this type");
            const unsigned size = ptx::size_bytes(t);
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            if constexpr (!std::is_invocable_v<F, float>) op.b = b.source(b.operand(2), size);
            if constexpr (std::is_invocable_v<F, float, float, float>) op.c = b.source(b.operand(3), size);
          },
          pipe};
}

template <class F, class WithNan>
Row extreme(const char* name, F, WithNan) {
  return {name,
          {Type::f32, Type::f64},
          [](Builder& b, Op& op) {
            const bool ftz = b.take("ftz"), nan = b.take("NaN"), signs = b.take("xorsign");
            if (signs && !b.take("abs")) b.refuse(".xorsign goes with .abs");
            b.done();
            const Type t = b.type();
            if (t == Type::f64 && (ftz || nan || signs)) b.refuse("such a modifier is for f32");
            op.run = t == Type::f64 ? arity<F, double>()
                     : signs
                         ? (nan ? with_modifiers<XorSign<WithNan>, float>(ftz, false, 0) : with_modifiers<XorSign<F>, float>(ftz, false, 0))
                         : (nan ? with_modifiers<WithNan, float>(ftz, false, 0) : with_modifiers<F, float>(ftz, false, 0));
            const unsigned size = ptx::size_bytes(t);
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), size);
          },
          kPipeOther};
}

// testp.{finite,infinite,number,notanumber,normal,subnormal}
template <class T>
const Op* test_property(Warp& w, const Op* op) {
  const T* a = w.lanes<T>(op->a);
  uint32_t r = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    bool yes = false;
    switch (op->flags) {
      case 0: yes = std::isfinite(a[i]); break;
      case 1: yes = std::isinf(a[i]); break;
      case 2: yes = !std::isnan(a[i]); break;
      case 3: yes = std::isnan(a[i]); break;
      case 4: yes = std::isnormal(a[i]); break;
      case 5: yes = std::fpclassify(a[i]) == FP_SUBNORMAL; break;
    }
    r |= uint32_t(yes) << i;
  }
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (r & w.mask);
  return next(op);
}

}  // namespace

std::vector<Row> float_rows() {
  const std::vector<Type> both = {Type::f32, Type::f64}, single = {Type::f32};
  return {
      floating("add", both, add, kPipeFadd),
      floating("sub", both, sub, kPipeFadd),
      floating("mul", both, mul, kPipeFmul),
      floating("fma", both, fused, kPipeFfma),
      floating("mad", both, fused, kPipeFfma),
      floating("div", both, divide, kPipeOther),
      extreme("min", minimum, minimum_nan),
      extreme("max", maximum, maximum_nan),
      floating("neg", both, negate, kPipeOther),
      floating("abs", both, absolute, kPipeOther),
      floating("copysign", both, copysign_, kPipeOther),
      floating("sqrt", both, square_root, kPipeOther),
      floating("rcp", both, reciprocal, kPipeOther),
      floating("rsqrt", both, reciprocal_root, kPipeOther),
      floating("ex2", single, exp2_, kPipeOther),
      floating("lg2", single, log2_, kPipeOther),
      floating("sin", single, sine, kPipeOther),
      floating("cos", single, cosine, kPipeOther),
      floating("tanh", single, tanh_, kPipeOther),
      custom("testp", both,
             [](Builder& b, Op& op) {
               const int which = b.take_one({"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
               b.done();
               if (which < 0) b.refuse("unknown property");
               op.flags = uint16_t(which);
               op.run = b.type() == Type::f32 ? test_property<float> : test_property<double>;
               op.d = b.predicate(b.operand(0));
               op.a = b.source(b.operand(1), ptx::size_bytes(b.type()));
             }),
  };
}

}  // namespace wg
