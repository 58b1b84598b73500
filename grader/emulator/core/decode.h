// Syntax tree -> Code: operands become offsets, opcodes become handlers. Unknown instructions and forms are refused here, with their line.
#pragma once
#include "code.h"

namespace wg {

// Decodes one function with a body into `code` (already in program.codes, so that calls can refer to it).
void decode(ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel);

[[noreturn]] void refuse_at(const ProgramImpl& program, const std::string& what, uint32_t ptx_line, uint32_t location);

}  // namespace wg
