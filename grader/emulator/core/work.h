// What an instruction asks of an SM: PTX opcode and types -> the pipe that would execute it, and its floating-point operations. ptxas makes
// one SASS instruction of most PTX instructions and several of some (divisions, square roots), so counts by pipe are estimates.
#pragma once
#include <cstdint>

#include "ptx.h"

namespace wg {

enum class SmPipe : uint8_t { alu, fma, fp16, fp64, xu, lsu, cbu };
constexpr int kSmPipes = 7;
extern const char* const kSmPipeNames[kSmPipes];  // as in Nsight Compute's smsp__inst_executed_pipe_<name>

enum class Arithmetic : uint8_t { none, add, mul, fma };
enum class Format : uint8_t { f16, f32, f64 };

struct Work {
  SmPipe pipe = SmPipe::alu;
  Arithmetic arithmetic = Arithmetic::none;
  Format format = Format::f32;
  uint8_t values = 1;    // of each lane: 2 for packed halves
  bool barrier = false;  // of the block
};

Work work_of(const ptx::Instruction& in);

}  // namespace wg
