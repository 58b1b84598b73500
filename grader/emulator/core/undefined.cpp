#include "undefined.h"

#include <algorithm>
#include <set>

#include "registers.h"

namespace wg {
namespace {

using Kind = ptx::Operand::Kind;

// What leaves the thread, decides its way or is an address. The rest only computes.
bool lets_out(const ptx::Instruction& in) {
  static const std::set<std::string> names = {"st",      "red",  "atom",  "ld",    "bra", "brx",  "call", "ret",
                                              "barrier", "vote", "match", "redux", "bar", "exit", "trap", "cp"};
  return names.count(in.opcode) != 0;
}

bool has(const ptx::Instruction& in, const char* modifier) {
  return std::find(in.modifiers.begin(), in.modifiers.end(), modifier) != in.modifiers.end();
}

[[gnu::noinline]] void used(Warp& w, const Op* op, uint32_t lanes, uint32_t origin) {
  if (!(w.worker->checks & kSynccheck)) return;
  const unsigned n = unsigned(__builtin_popcount(lanes));
  if (counted(w, "UNDEFINED_SHFL", origin, op->site, false, n)) return;
  report(w, "UNDEFINED_SHFL", origin, first_lane(lanes),
         "shfl.sync reads a lane that does not take part (it exited or took another branch), and " + where(w, first_lane(lanes)) +
             " uses the undefined value",
         op->site, int(w.id), int(first_lane(lanes)), false, n);
}

}  // namespace

std::optional<UndefinedMove> undefined_move(const ptx::Instruction& in, const std::vector<uint32_t>& registers,
                                            const std::vector<uint32_t>& slots) {
  if (slots.empty() || in.opcode == "shfl") return std::nullopt;  // a shuffle moves them itself: it knows from which lane to which
  using K = UndefinedMove::Kind;
  const RegisterUse of = registers_of(in);
  UndefinedMove move;
  for (uint32_t r : of.sources)
    if (slots[r]) move.sources.push_back(slots[r]);
  for (uint32_t r : of.targets)
    if (slots[r]) move.targets.push_back(slots[r]);
  if (in.guard >= 0) {
    move.guarded = true;
    move.guard_negated = in.guard_negated;
    move.guard = registers[size_t(in.guard)];
    move.guard_slot = slots[size_t(in.guard)];
  }
  move.uses = lets_out(in);
  if (move.targets.empty() && !(move.uses && (!move.sources.empty() || move.guard_slot))) return std::nullopt;
  const auto slot = [&](size_t i) { return in.operands[i].kind == Kind::reg ? slots[in.operands[i].index] : 0; };
  const auto plain = [&](size_t i) { return in.operands[i].kind == Kind::reg && !in.operands[i].negated; };
  if (in.opcode == "selp" && in.operands.size() == 4 && plain(3)) {
    move.kind = K::select;
    for (size_t i = 0; i < 3; i++) move.slots[i] = slot(i + 1);
    move.deciding[0] = registers[in.operands[3].index];
  } else if ((in.opcode == "and" || in.opcode == "or") && has(in, "pred") && in.operands.size() == 3 && plain(1) && plain(2)) {
    move.kind = in.opcode == "and" ? K::conjunction : K::disjunction;
    for (size_t i = 0; i < 2; i++) {
      move.slots[i] = slot(i + 1);
      move.deciding[i] = registers[in.operands[i + 1].index];
    }
  }
  return move;
}

std::vector<bool> reached_by_shuffles(const ptx::Function& function) {
  std::vector<bool> reached(function.registers.size(), false);
  std::vector<RegisterUse> edges;
  bool any = false;
  for (const auto& in : function.body) {
    RegisterUse of = registers_of(in);
    if (in.opcode == "shfl" && !in.operands.empty()) {
      const ptx::Operand& to = in.operands[0];
      const ptx::Operand& value = to.kind == Kind::pair ? to.operands[0] : to;
      if (value.kind == Kind::reg) any = reached[value.index] = true;
    } else if (!of.targets.empty()) {
      if (in.guard >= 0) of.sources.push_back(uint32_t(in.guard));
      edges.push_back(std::move(of));
    }
  }
  if (!any) return {};
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [sources, targets] : edges) {
      if (std::none_of(sources.begin(), sources.end(), [&](uint32_t r) { return reached[r]; })) continue;
      for (uint32_t r : targets) {
        changed |= !reached[r];
        reached[r] = true;
      }
    }
  }
  return reached;
}

const Op* move_undefined(Warp& w, const Op* op) {
  if (!w.undefined) return op + 1;  // no shuffle of this warp has read what isn't there
  const UndefinedMove& move = w.frame->code->undefined_moves[size_t(op->imm)];
  const auto slot = [&](uint32_t offset) -> UndefinedSlot& { return *reinterpret_cast<UndefinedSlot*>(w.registers + offset); };
  uint32_t active = w.mask, undefined = 0, origin = 0;
  const auto take = [&](uint32_t offset, uint32_t lanes) {
    const uint32_t found = slot(offset).lanes & lanes;
    if (found) origin = slot(offset).origin;
    undefined |= found;
  };
  if (move.guarded) {
    const uint32_t p = w.predicate(move.guard);
    active &= move.guard_negated ? ~p : p;
    if (move.guard_slot) take(move.guard_slot, w.mask);  // whether it happens at all is undefined
  }
  switch (move.kind) {
    case UndefinedMove::Kind::any:
      for (uint32_t offset : move.sources) take(offset, active);
      break;
    case UndefinedMove::Kind::select: {
      const uint32_t p = w.predicate(move.deciding[0]);
      if (move.slots[2]) take(move.slots[2], active);
      if (move.slots[0]) take(move.slots[0], active & p);
      if (move.slots[1]) take(move.slots[1], active & ~p);
      break;
    }
    case UndefinedMove::Kind::conjunction:
    case UndefinedMove::Kind::disjunction: {  // a defined operand may settle it: false && x, true || x
      const uint32_t flip = move.kind == UndefinedMove::Kind::conjunction ? 0 : ~0u;
      const uint32_t a = w.predicate(move.deciding[0]) ^ flip, b = w.predicate(move.deciding[1]) ^ flip;
      const uint32_t ua = move.slots[0] ? slot(move.slots[0]).lanes : 0, ub = move.slots[1] ? slot(move.slots[1]).lanes : 0;
      if (move.slots[0]) take(move.slots[0], active & (ub | b));
      if (move.slots[1]) take(move.slots[1], active & (ua | a));
      break;
    }
  }
  if (undefined && move.uses) used(w, op, undefined, origin);
  for (uint32_t offset : move.targets) {
    UndefinedSlot& to = slot(offset);
    to.lanes = (to.lanes & ~active) | undefined;
    if (undefined) to.origin = origin;
  }
  return op + 1;
}

void shuffled(Warp& w, const Op* op, uint32_t source_slot, uint32_t target_slot, uint32_t lanes, const uint8_t* from) {
  if (lanes) w.undefined = true;
  if (!w.undefined || !target_slot) return;
  const auto slot = [&](uint32_t offset) -> UndefinedSlot& { return *reinterpret_cast<UndefinedSlot*>(w.registers + offset); };
  const UndefinedSlot source = source_slot ? slot(source_slot) : UndefinedSlot{};
  uint32_t passed = 0;
  for (uint32_t m = w.mask & ~lanes; m; m &= m - 1) passed |= (source.lanes >> from[first_lane(m)] & 1) << first_lane(m);
  UndefinedSlot& to = slot(target_slot);
  to.lanes = (to.lanes & ~w.mask) | lanes | passed;
  if (passed) to.origin = source.origin;
  if (lanes) to.origin = op->site;
}

}  // namespace wg
