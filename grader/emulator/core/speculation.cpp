#include "speculation.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "registers.h"

namespace wg {
namespace {

using Kind = ptx::Operand::Kind;

constexpr unsigned kLongestChain = 8;  // from load to selp: a bound on the work, not on what would be right
constexpr unsigned kDeepest = 5;       // expressions of what a thread keeps

bool has(const ptx::Instruction& in, const char* modifier) {
  return std::find(in.modifiers.begin(), in.modifiers.end(), modifier) != in.modifiers.end();
}

bool may_be_speculated(const ptx::Instruction& in) {
  if (in.opcode != "ld" || in.guard >= 0 || in.operands.empty() || in.operands[0].kind != Kind::reg) return false;
  for (const char* other : {"volatile", "relaxed", "acquire", "param", "param::entry", "param::func", "local", "const"})
    if (has(in, other)) return false;
  return true;
}

// Does nothing but compute its one target.
bool only_computes(const ptx::Instruction& in) {
  static const std::set<std::string> names = {"add", "sub", "mul", "mad", "fma", "min", "max", "abs",
                                              "neg", "and", "or",  "xor", "not", "shl", "shr", "cvt"};
  return in.guard < 0 && names.count(in.opcode) && !has(in, "cc") && in.operands[0].kind == Kind::reg;
}

std::optional<Speculation> kept_by(const ptx::Instruction& in, uint32_t value) {
  if (in.opcode != "selp" || in.guard >= 0 || in.operands.size() != 4 || in.operands[3].kind != Kind::reg) return std::nullopt;
  const auto is_value = [&](size_t i) { return in.operands[i].kind == Kind::reg && in.operands[i].index == value; };
  if (!is_value(1) && !is_value(2)) return std::nullopt;
  return Speculation{in.operands[3].index, is_value(2) != in.operands[3].negated, std::nullopt};
}

// A loop is unrolled: its loads come blocks before their selp, whose predicate (`tid == 0`) is computed where it is used. All the same it
// is known at the load if it compares what a thread keeps to its end (computed from its index and the kernel's parameters, in one place)
// and if that has been computed whenever the load is reached.
class EarlyPredicates {
 public:
  EarlyPredicates(const ptx::Function& function, const Cfg& cfg, const std::vector<RegisterPlaces>& places)
      : function_(function), cfg_(cfg), places_(places) {}

  // The setp that computes the predicate, if it gives at `load` what it gives anywhere else.
  std::optional<uint32_t> known_at(uint32_t load, uint32_t predicate) {
    const auto& definitions = places_[predicate].definitions;
    if (definitions.size() != 1) return std::nullopt;
    const ptx::Instruction& in = function_.body[definitions[0]];
    if (in.opcode != "setp" || in.guard >= 0 || in.operands.size() != 3 || in.operands[0].kind != Kind::reg) return std::nullopt;
    for (uint32_t r : registers_of(in).sources)
      if (!stays(r, 0) || !comes_before(places_[r].definitions[0], load)) return std::nullopt;
    return definitions[0];
  }

 private:
  // Whether the register has the same value whenever it is computed.
  bool stays(uint32_t r, unsigned depth) const {
    if (places_[r].definitions.size() != 1 || depth == kDeepest) return false;
    const ptx::Instruction& in = function_.body[places_[r].definitions[0]];
    if (in.guard >= 0 || in.operands[0].kind != Kind::reg) return false;
    if (in.opcode == "ld") return function_.is_entry && has(in, "param") && registers_of(in).sources.empty();
    if (in.opcode != "mov" && !only_computes(in)) return false;
    for (const auto& o : in.operands)
      if (o.kind == Kind::special && !is_index(o.name)) return false;
    const auto sources = registers_of(in).sources;
    return std::all_of(sources.begin(), sources.end(), [&](uint32_t source) { return stays(source, depth + 1); });
  }

  static bool is_index(const std::string& special) {
    static const std::set<std::string> names = {"%tid", "%ntid", "%ctaid", "%nctaid", "%laneid"};
    return names.count(special.substr(0, special.find('.'))) != 0;
  }

  // Whether every way to `later` leads through `earlier`.
  bool comes_before(uint32_t earlier, uint32_t later) {
    const uint32_t through = cfg_.block_of[earlier], to = cfg_.block_of[later];
    if (through == to) return earlier < later;
    auto around = reached_around_.find(through);
    if (around == reached_around_.end()) {
      if (reached_around_.size() == kBlocksAsked) return false;
      around = reached_around_.emplace(through, reached_without(through)).first;
    }
    return !around->second[to];
  }

  std::vector<bool> reached_without(uint32_t block) const {
    std::vector<bool> reached(cfg_.blocks.size(), false);
    std::vector<uint32_t> next;
    const auto go = [&](uint32_t to) {
      if (to == block || to >= reached.size() || reached[to]) return;
      reached[to] = true;
      next.push_back(to);
    };
    go(0);
    while (!next.empty()) {
      const uint32_t from = next.back();
      next.pop_back();
      for (uint32_t to : cfg_.blocks[from].successors) go(to);
    }
    return reached;
  }

  static constexpr size_t kBlocksAsked = 16;  // each costs a walk over the graph
  const ptx::Function& function_;
  const Cfg& cfg_;
  const std::vector<RegisterPlaces>& places_;
  std::map<uint32_t, std::vector<bool>> reached_around_;  // by block: what can be reached without it
};

}  // namespace

std::map<uint32_t, Speculation> speculated_loads(const ptx::Function& function, const Cfg& cfg, const std::vector<RegisterPlaces>& places) {
  std::map<uint32_t, Speculation> found;
  const auto& body = function.body;
  if (std::none_of(body.begin(), body.end(), [](const auto& in) { return in.opcode == "selp"; })) return found;
  EarlyPredicates early(function, cfg, places);
  for (uint32_t load = 0; load < body.size(); load++) {
    if (!may_be_speculated(body[load])) continue;
    uint32_t at = load;
    for (unsigned length = 0; length < kLongestChain; length++) {
      const uint32_t value = body[at].operands[0].index;
      const RegisterPlaces& of = places[value];
      if (of.definitions.size() != 1 || of.uses.size() != 1) break;
      const uint32_t use = of.uses[0];
      if (auto kept = kept_by(body[use], value)) {
        const auto& set = places[kept->predicate].definitions;
        const auto next = std::upper_bound(set.begin(), set.end(), load);
        const bool at_hand = use > load && cfg.block_of[use] == cfg.block_of[load] && (next == set.end() || *next >= use);
        if (!at_hand) kept->computed_by = early.known_at(load, kept->predicate);
        if (at_hand || kept->computed_by) found.emplace(load, *kept);
        break;
      }
      if (!only_computes(body[use])) break;
      at = use;
    }
  }
  return found;
}

}  // namespace wg
