#include "work.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace wg {

const char* const kSmPipeNames[kSmPipes] = {"alu", "fma", "fp16", "fp64", "xu", "lsu", "cbu"};

namespace {

using ptx::Type;

struct FloatType {
  Format format;
  uint8_t values;
};

const FloatType* float_type(const ptx::Instruction& in) {
  static const std::unordered_map<Type, FloatType> known = {{Type::f16, {Format::f16, 1}},  {Type::f16x2, {Format::f16, 2}},
                                                            {Type::bf16, {Format::f16, 1}}, {Type::bf16x2, {Format::f16, 2}},
                                                            {Type::f32, {Format::f32, 1}},  {Type::f64, {Format::f64, 1}}};
  for (const auto& m : in.modifiers)
    if (const auto found = known.find(ptx::type_from_name(m)); found != known.end()) return &found->second;
  return nullptr;
}

Arithmetic arithmetic(const std::string& opcode) {
  if (opcode == "add" || opcode == "sub") return Arithmetic::add;
  if (opcode == "mul") return Arithmetic::mul;
  if (opcode == "fma" || opcode == "mad") return Arithmetic::fma;
  return Arithmetic::none;
}

}  // namespace

Work work_of(const ptx::Instruction& in) {
  static const std::unordered_set<std::string> memory = {"ld", "ldu", "st", "atom", "red", "cp", "shfl", "prefetch", "prefetchu"};
  static const std::unordered_set<std::string> control = {"bra", "brx", "call", "ret", "exit", "trap", "bar", "barrier", "nanosleep"};
  static const std::unordered_set<std::string> transcendental = {"div", "rcp", "sqrt", "rsqrt", "sin", "cos", "ex2", "lg2", "tanh", "cvt"};
  static const std::unordered_set<std::string> multiplies = {"mul", "mad", "mul24", "mad24", "madc", "dp4a", "dp2a"};
  Work w;
  const std::string& opcode = in.opcode;
  const FloatType* of = float_type(in);
  if (memory.contains(opcode)) {
    w.pipe = SmPipe::lsu;
  } else if (control.contains(opcode)) {
    w.pipe = SmPipe::cbu;
    w.barrier = opcode.starts_with("bar") && std::find(in.modifiers.begin(), in.modifiers.end(), "warp") == in.modifiers.end();
  } else if (of && (w.arithmetic = arithmetic(opcode)) != Arithmetic::none) {
    w.format = of->format;
    w.values = of->values;
    w.pipe = of->format == Format::f32 ? SmPipe::fma : of->format == Format::f64 ? SmPipe::fp64 : SmPipe::fp16;
  } else if (transcendental.contains(opcode) && of) {
    w.pipe = of->format == Format::f64 ? SmPipe::fp64 : SmPipe::xu;
  } else if (of && of->format == Format::f64) {
    w.pipe = SmPipe::fp64;
  } else if (!of && multiplies.contains(opcode)) {
    w.pipe = SmPipe::fma;  // integer multiplication is the FMA pipe's
  }
  return w;
}

}  // namespace wg
