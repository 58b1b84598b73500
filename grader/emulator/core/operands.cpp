#include "operands.h"

#include <algorithm>
#include <cstring>

#include "builtins.h"
#include "decode.h"
#include "special_registers.h"

namespace wg {
namespace {

// !p as an operand: an op of its own puts it into a place beside the registers.
const Op* negate_predicate(Warp& w, const Op* op) {
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (~w.predicate(op->a) & w.mask);
  return op + 1;
}

// Where cooperative groups keep the barrier of a grid (%envreg1 and %envreg2 hold its address): two words of the driver's.
void place_grid_workspace(ProgramImpl& program) {
  if (program.grid_workspace) return;
  const Allocation* a = program.memory.allocate(256, AllocationKind::variable, "the grid barrier of cooperative groups");
  if (!a) throw ptx::LoadError("the barrier of cooperative groups doesn't fit into the device's memory", 0);
  std::memset(reinterpret_cast<void*>(a->base), 0, a->bytes);
  program.grid_workspace = a->base;
}

}  // namespace

Operands::Operands(ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel)
    : program_(program),
      function_(function),
      code_(code),
      layout_(lay_out(program, function, code, kernel)),
      kernel_(kernel),
      next_slot_(layout_.registers_end) {}

void Operands::refuse(const std::string& why) const {
  refuse_at(program_, "unsupported instruction '" + in->spelling() + "': " + why, in->ptx_line, in->location);
}

uint32_t Operands::source(const ptx::Operand& o, unsigned bytes) {
  using Kind = ptx::Operand::Kind;
  switch (o.kind) {
    case Kind::reg: {
      const unsigned have = lane_bytes(function_.registers[o.index].type);
      if (have != bytes)
        refuse("register " + function_.registers[o.index].name + " is " + std::to_string(8 * have) + " bits wide, not " +
               std::to_string(8 * bytes));
      return o.negated ? negation(layout_.registers[o.index]) : layout_.registers[o.index];
    }
    case Kind::special: return special(o.name, bytes);
    case Kind::immediate: return constant(immediate_bits(o, bytes), bytes);
    case Kind::symbol: {
      ptx::Space space = ptx::Space::global;
      bool is_param = false;
      const uint64_t at = symbol(o.name, &space, &is_param) + uint64_t(o.offset);
      if (space == ptx::Space::local) return slot(Slot::Kind::local_address, bytes, at);
      if (space == ptx::Space::reg) return slot(Slot::Kind::dynamic_shared, bytes, at);
      return constant(at, bytes);
    }
    default: refuse("an operand has a form that does not fit here");
  }
}

uint32_t Operands::source_any(const ptx::Operand& o, unsigned* bytes) {
  using Kind = ptx::Operand::Kind;
  if (o.kind == Kind::reg) *bytes = lane_bytes(function_.registers[o.index].type);
  else if (o.kind == Kind::special) *bytes = 4;
  else *bytes = 8;
  return source(o, *bytes);
}

uint32_t Operands::target(const ptx::Operand& o, unsigned bytes) {
  if (o.kind == ptx::Operand::Kind::sink) return 0;
  if (o.kind != ptx::Operand::Kind::reg) refuse("the destination is not a register");
  return source(o, bytes);
}

uint32_t Operands::target_any(const ptx::Operand& o, unsigned* bytes) {
  if (o.kind == ptx::Operand::Kind::sink) {
    *bytes = 8;
    return 0;
  }
  if (o.kind != ptx::Operand::Kind::reg) refuse("the destination is not a register");
  return source_any(o, bytes);
}

uint32_t Operands::predicate(const ptx::Operand& o) {
  if (o.kind == ptx::Operand::Kind::sink) return 0;
  if (o.kind != ptx::Operand::Kind::reg || function_.registers[o.index].type != Type::pred)
    refuse("an operand is not a predicate register");
  return layout_.registers[o.index];
}

uint32_t Operands::constant(uint64_t bits, unsigned bytes) {
  if (bytes < 8) bits &= (1ull << (8 * bytes)) - 1;
  return slot(Slot::Kind::constant, bytes, bits);
}

uint64_t Operands::symbol(const std::string& name, ptx::Space* space, bool* is_param) {
  *is_param = false;
  if (const auto it = layout_.params.find(name); it != layout_.params.end()) {
    *space = ptx::Space::param;
    *is_param = it->second.second;
    return it->second.first;
  }
  if (const auto it = layout_.local_offsets.find(name); it != layout_.local_offsets.end()) {
    *space = ptx::Space::local;
    return it->second;
  }
  if (layout_.dynamic.count(name)) {
    if (!code_.is_entry) {
      *space = ptx::Space::reg;  // depends on the kernel that calls
      return 0;
    }
    *space = ptx::Space::shared;
    return kernel_->static_shared_bytes;
  }
  if (const auto it = layout_.own_shared.find(name); it != layout_.own_shared.end()) {
    *space = ptx::Space::shared;
    return it->second;
  }
  if (const auto it = program_.shared_offset.find(name); it != program_.shared_offset.end()) {
    *space = ptx::Space::shared;
    return it->second;
  }
  if (const auto it = program_.variables.find(name); it != program_.variables.end()) {
    *space = ptx::Space::global;
    return it->second.first;
  }
  if (const auto it = program_.function_index.find(name); it != program_.function_index.end()) {
    *space = ptx::Space::global;
    return it->second;
  }
  refuse("unknown symbol " + name);
}

uint32_t Operands::undefined_slot(const ptx::Operand& o) const {
  return o.kind == ptx::Operand::Kind::reg && !layout_.undefined.empty() ? layout_.undefined[o.index] : 0;
}

// call {(results),} f {, (arguments)} {, prototype}
void Operands::call(Op& op) {
  using Kind = ptx::Operand::Kind;
  Extra& e = extra(op);
  size_t i = 0;
  const ptx::Operand *results = nullptr, *arguments = nullptr;
  operands_used = unsigned(in->operands.size());
  if (i < in->operands.size() && in->operands[i].kind == Kind::list) results = &in->operands[i++];
  const ptx::Operand& callee = operand(unsigned(i++));
  if (i < in->operands.size() && in->operands[i].kind == Kind::list) arguments = &in->operands[i++];
  if (results && !results->operands.empty()) {
    const auto [offset, bytes] = call_area(results->operands[0]);
    e.result_offset = offset;
    e.result_bytes = bytes;
  }
  if (arguments)
    for (const auto& a : arguments->operands) {
      const auto [offset, bytes] = call_area(a);
      e.argument_offsets.push_back(offset);
      e.argument_bytes.push_back(bytes);
    }
  code_.calls |= !is_builtin(callee.name);
  if (callee.kind == Kind::reg) {
    op.a = source(callee, 8);
    return;
  }
  if (const auto it = program_.by_name.find(callee.name); it != program_.by_name.end()) {
    e.callee = it->second;
    fits(e, *it->second->function);
  } else if (is_builtin(callee.name)) e.name = callee.name;
  else refuse("the function " + callee.name + " has no body in this module (separate compilation is not emulated)");
}

// A direct call says of each argument and of the result what the function says.
void Operands::fits(const Extra& e, const ptx::Function& f) const {
  if (f.is_entry) refuse("a kernel can't be called");
  if (e.argument_bytes.size() != f.params.size())
    refuse("it passes " + std::to_string(e.argument_bytes.size()) + " arguments, and the function takes " +
           std::to_string(f.params.size()));
  for (size_t i = 0; i < f.params.size(); i++)
    if (e.argument_bytes[i] != f.params[i].bytes())
      refuse("argument " + std::to_string(i + 1) + " has " + std::to_string(e.argument_bytes[i]) + " bytes, and the parameter " +
             std::to_string(f.params[i].bytes()));
  if (e.result_bytes && (f.returns.empty() || e.result_bytes != f.returns[0].bytes())) refuse("the function has another result");
}

std::pair<uint32_t, uint32_t> Operands::call_area(const ptx::Operand& o) {
  const auto it = layout_.params.find(o.name);
  if (it == layout_.params.end() || !layout_.param_sizes.count(o.name)) refuse("a call's argument is not a .param variable");
  return {it->second.first, layout_.param_sizes.at(o.name)};
}

uint64_t Operands::immediate_bits(const ptx::Operand& o, unsigned bytes) const {
  if (bytes == 1) return o.bits != 0;
  uint64_t bits = o.bits;
  if (o.float_bits == 64 && bytes == 4) {
    double d;
    std::memcpy(&d, &bits, 8);
    const float f = float(d);
    bits = 0;
    std::memcpy(&bits, &f, 4);
  } else if (o.float_bits == 32 && bytes == 8) {
    float f;
    std::memcpy(&f, &bits, 4);
    const double d = f;
    std::memcpy(&bits, &d, 8);
  } else if (o.float_bits && bytes == 2) {
    refuse("a half-precision constant must be given by its bits");
  }
  return bits;
}

uint32_t Operands::slot(Slot::Kind kind, unsigned bytes, uint64_t bits) {
  const auto key = std::make_tuple(kind, bytes, bits);
  if (const auto it = slots_.find(key); it != slots_.end()) return it->second;
  const uint32_t offset = next_slot_;
  next_slot_ += bytes == 1 ? 64 : bytes * kLanes;
  code_.slots.push_back({kind, uint8_t(bytes), offset, bits});
  slots_.emplace(key, offset);
  return offset;
}

uint32_t Operands::negation(uint32_t predicate) {
  Op op;
  op.run = negate_predicate;
  op.a = predicate;
  return compute_predicate(op);
}

uint32_t Operands::compute_predicate(Op op) {
  op.d = next_slot_;
  next_slot_ += 64;
  op.site = new_site(in, kPipeNone);
  code_.ops.push_back(op);
  return op.d;
}

uint32_t Operands::special(const std::string& name, unsigned bytes) {
  if (name == "%warpsize" || name == "WARP_SZ") return constant(kLanes, bytes);
  const auto kind = special_register(name);
  if (kind == Slot::Kind::grid_workspace_low) place_grid_workspace(program_);
  if (!kind) {
    if (const auto value = fixed_special_register(name)) return constant(*value, bytes);
    refuse("the special register " + name + " is not emulated");
  }
  return slot(*kind, bytes, 0);
}

uint32_t Operands::new_site(const ptx::Instruction* at, uint8_t pipe) {
  Site s;
  s.code = &code_;
  s.location = at ? at->location : 0;
  s.ptx_line = at ? at->ptx_line : 0;
  s.block_counter = code_.first_block_counter + code_.block_count - 1;
  s.pipe = pipe;
  program_.sites.push_back(s);
  return uint32_t(program_.sites.size() - 1);
}

void Operands::end_frame() {
  code_.register_bytes = next_slot_;
  using Kind = Slot::Kind;
  const auto rest = std::stable_partition(code_.slots.begin(), code_.slots.end(), [](const Slot& s) {
    return s.kind == Kind::ctaid_x || s.kind == Kind::ctaid_y || s.kind == Kind::ctaid_z || s.kind == Kind::smid;
  });
  code_.block_slots = size_t(rest - code_.slots.begin());
}

}  // namespace wg
