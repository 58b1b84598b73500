#include "registers.h"

#include <algorithm>
#include <set>
#include <string>

namespace wg {
namespace {

using Kind = ptx::Operand::Kind;

void collect(const ptx::Operand& o, std::vector<uint32_t>& registers) {
  if (o.kind == Kind::reg) registers.push_back(o.index);
  for (const auto& inner : o.operands) collect(inner, registers);
}

// Instructions whose first operand is no destination.
bool has_target(const ptx::Instruction& in) {
  static const std::set<std::string> without = {"st",       "red",       "bra",   "brx",     "bar",     "barrier",      "call",
                                                "ret",      "exit",      "trap",  "membar",  "fence",   "cp",           "nanosleep",
                                                "prefetch", "prefetchu", "brkpt", "pmevent", "discard", "applypriority"};
  return !in.operands.empty() && !without.count(in.opcode) && in.operands[0].kind != Kind::address;
}

}  // namespace

RegisterUse registers_of(const ptx::Instruction& in) {
  RegisterUse of;
  const bool target = has_target(in);
  for (size_t i = 0; i < in.operands.size(); i++) collect(in.operands[i], target && i == 0 ? of.targets : of.sources);
  return of;
}

std::vector<RegisterPlaces> places_of(const ptx::Function& function) {
  std::vector<RegisterPlaces> places(function.registers.size());
  for (uint32_t i = 0; i < function.body.size(); i++) {
    const ptx::Instruction& in = function.body[i];
    const RegisterUse of = registers_of(in);
    for (uint32_t r : of.sources) places[r].uses.push_back(i);
    for (uint32_t r : of.targets) places[r].definitions.push_back(i);
    if (in.guard >= 0) places[size_t(in.guard)].uses.push_back(i);
  }
  return places;
}

uint8_t only_stored(const ptx::Function& function, const std::vector<RegisterPlaces>& places, const ptx::Instruction& load) {
  if (load.operands.empty() || load.operands[0].kind != Kind::vector) return 0;
  const auto stores = [&](uint32_t i, uint32_t r) {
    const ptx::Instruction& in = function.body[i];
    if (in.opcode != "st") return false;
    std::vector<uint32_t> address;
    collect(in.operands[0], address);
    return std::find(address.begin(), address.end(), r) == address.end() && in.guard != int32_t(r);
  };
  uint8_t elements = 0;
  const auto& registers = load.operands[0].operands;
  for (size_t k = 0; k < registers.size() && k < 8; k++) {
    const uint32_t r = registers[k].index;
    const bool stored = registers[k].kind != Kind::reg ||
                        std::all_of(places[r].uses.begin(), places[r].uses.end(), [&](uint32_t i) { return stores(i, r); });
    elements = uint8_t(elements | unsigned(stored) << k);
  }
  return elements;
}

}  // namespace wg
