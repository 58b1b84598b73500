#include "communication.h"

#include <algorithm>

namespace wg {

std::set<uint32_t> guesses(const ptx::Function& function, const std::vector<RegisterPlaces>& places) {
  static const std::set<std::string> passes = {"mov", "cvt", "and", "or", "shl", "shr", "prmt", "bfi", "bfe", "selp"};
  std::set<uint32_t> loads, seen;
  for (const auto& in : function.body) {
    if (in.opcode != "atom" || in.operands.size() < 4 || std::find(in.modifiers.begin(), in.modifiers.end(), "cas") == in.modifiers.end())
      continue;
    std::vector<uint32_t> todo;
    if (in.operands[2].kind == ptx::Operand::Kind::reg) todo.push_back(in.operands[2].index);
    while (!todo.empty()) {
      const uint32_t r = todo.back();
      todo.pop_back();
      if (!seen.insert(r).second) continue;
      for (uint32_t i : places[r].definitions) {
        const ptx::Instruction& by = function.body[i];
        if (by.opcode == "ld") loads.insert(i);
        if (!passes.count(by.opcode)) continue;
        const RegisterUse use = registers_of(by);
        todo.insert(todo.end(), use.sources.begin(), use.sources.end());
      }
    }
  }
  return loads;
}

bool communicates(const ptx::Instruction& in, const std::vector<RegisterPlaces>& places) {
  const auto has = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return std::find(in.modifiers.begin(), in.modifiers.end(), name) != in.modifiers.end(); });
  };
  if (in.opcode == "nanosleep") return true;
  if (has({"cta", "shared", "shared::cta", "shared::cluster", "local", "const", "param", "param::entry", "param::func"})) return false;
  if (in.opcode == "membar" || in.opcode == "fence") return true;
  if (in.opcode == "ld") return has({"volatile", "relaxed", "acquire", "mmio"});
  if (in.opcode == "atom" && !in.operands.empty()) {
    const auto& result = in.operands[0];
    return result.kind == ptx::Operand::Kind::vector || (result.kind == ptx::Operand::Kind::reg && !places[result.index].uses.empty());
  }
  // the addresses that malloc gives out depend on who asked before
  return in.opcode == "call" &&
         std::any_of(in.operands.begin(), in.operands.end(), [](const ptx::Operand& o) { return o.name == "malloc"; });
}

}  // namespace wg
