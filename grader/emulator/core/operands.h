// What an operand names, and where that lies: registers and what else the frame holds, variables, parameters, functions.
#pragma once
#include <map>
#include <tuple>

#include "layout.h"
#include "opcodes/table.h"

namespace wg {

// The half of the decoder that needs to know nothing of the function's flow; decode.cpp has the other.
class Operands : public Builder {
 public:
  Operands(ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel);
  [[noreturn]] void refuse(const std::string& why) const final;  // final: gcc believes [[noreturn]] only of a function that it knows
  uint32_t source(const ptx::Operand& o, unsigned bytes) override;
  uint32_t source_any(const ptx::Operand& o, unsigned* bytes) override;
  uint32_t target(const ptx::Operand& o, unsigned bytes) override;
  uint32_t target_any(const ptx::Operand& o, unsigned* bytes) override;
  uint32_t predicate(const ptx::Operand& o) override;
  uint32_t constant(uint64_t bits, unsigned bytes) override;
  uint64_t symbol(const std::string& name, ptx::Space* space, bool* is_param) override;
  uint32_t undefined_slot(const ptx::Operand& o) const override;
  void call(Op& op) override;
  bool in_kernel() const override { return code_.is_entry; }
  unsigned target_sm() const override { return program_.module.target; }

 protected:
  // Puts in an op ahead of the one that is being built: it computes a predicate into a place beside the registers, which is returned.
  uint32_t compute_predicate(Op op);
  uint32_t new_site(const ptx::Instruction* at, uint8_t pipe);
  void end_frame();  // nothing more comes into it

  ProgramImpl& program_;
  const ptx::Function& function_;
  Code& code_;
  const Layout layout_;

 private:
  uint64_t immediate_bits(const ptx::Operand& o, unsigned bytes) const;
  uint32_t special(const std::string& name, unsigned bytes);
  uint32_t negation(uint32_t predicate);
  uint32_t slot(Slot::Kind kind, unsigned bytes, uint64_t bits);
  std::pair<uint32_t, uint32_t> call_area(const ptx::Operand& o);  // offset, bytes
  void fits(const Extra& e, const ptx::Function& f) const;

  const KernelInfo* kernel_;
  uint32_t next_slot_;
  std::map<std::tuple<Slot::Kind, unsigned, uint64_t>, uint32_t> slots_;
};

}  // namespace wg
