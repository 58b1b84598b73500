#include "cfg.h"

#include <algorithm>

namespace wg {
namespace {

using ptx::Function;
using ptx::Instruction;

bool ends_block(const Instruction& i) {
  return i.opcode == "bra" || i.opcode == "brx" || i.opcode == "ret" || i.opcode == "exit" || i.opcode == "trap";
}

// Instruction indices that a branch may go to; body.size() = the exit.
std::vector<uint32_t> targets(const Function& f, const Instruction& i) {
  std::vector<uint32_t> out;
  if (i.opcode == "bra") {
    out.push_back(i.operands.at(0).index);
  } else if (i.opcode == "brx") {
    auto list = f.branch_targets.find(i.operands.at(1).name);
    if (list != f.branch_targets.end())
      for (const std::string& label : list->second) out.push_back(f.labels.at(label));
  }
  return out;
}

// Dominators by Lengauer and Tarjan (TOPLAS 1979, the simple version: O(m log n)), on the reversed graph. Iterative: a body may be a
// million blocks long, and a stranger chose its shape.
class PostDominators {
 public:
  explicit PostDominators(const std::vector<Cfg::Block>& blocks, std::vector<bool> leaves)
      : n_(static_cast<uint32_t>(blocks.size())), blocks_(blocks), leaves_(std::move(leaves)), entering_(n_ + 1) {
    for (uint32_t b = 0; b < n_; ++b) {
      for (uint32_t s : blocks_[b].successors) entering_[s].push_back(b);
      if (leaves_[b]) entering_[n_].push_back(b);
    }
    let_endless_loops_leave();
  }

  // Immediate post-dominator of each block; blocks.size() is the exit.
  std::vector<uint32_t> solve() {
    number_from_exit();
    auto count = static_cast<uint32_t>(vertex_.size());
    std::vector<uint32_t> semi(number_), immediate(n_ + 1, n_);
    std::vector<std::vector<uint32_t>> bucket(n_ + 1);
    best_.resize(n_ + 1);
    ancestor_.assign(n_ + 1, kNone);
    for (uint32_t v = 0; v <= n_; ++v) best_[v] = v;
    for (uint32_t i = count; i-- > 1;) {
      uint32_t w = vertex_[i], parent = parent_[w];
      auto relax = [&](uint32_t v) {  // v: a predecessor in the reversed graph
        if (number_[v] != kNone) semi[w] = std::min(semi[w], semi[lowest(v, semi)]);
      };
      for (uint32_t v : blocks_[w].successors) relax(v);
      if (leaves_[w]) relax(n_);
      bucket[vertex_[semi[w]]].push_back(w);
      ancestor_[w] = parent;
      for (uint32_t v : bucket[parent]) {
        uint32_t u = lowest(v, semi);
        immediate[v] = semi[u] < semi[v] ? u : parent;
      }
      bucket[parent].clear();
    }
    for (uint32_t i = 1; i < count; ++i) {
      uint32_t w = vertex_[i];
      if (immediate[w] != vertex_[semi[w]]) immediate[w] = immediate[immediate[w]];
    }
    immediate.resize(n_);
    return immediate;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  void reach(uint32_t from, std::vector<bool>& reached) const {
    std::vector<uint32_t> work{from};
    reached[from] = true;
    while (!work.empty()) {
      uint32_t v = work.back();
      work.pop_back();
      for (uint32_t b : entering_[v]) {
        if (reached[b]) continue;
        reached[b] = true;
        work.push_back(b);
      }
    }
  }

  // Post-dominators need every block to reach the exit. The last block of an endless loop is, as compilers lay code out, where it goes
  // round.
  void let_endless_loops_leave() {
    std::vector<bool> reached(n_ + 1, false);
    reach(n_, reached);
    for (uint32_t b = n_; b-- > 0;) {
      if (reached[b]) continue;
      leaves_[b] = true;
      entering_[n_].push_back(b);
      reach(b, reached);
    }
  }

  void number_from_exit() {
    number_.assign(n_ + 1, kNone);
    parent_.assign(n_ + 1, kNone);
    std::vector<std::pair<uint32_t, uint32_t>> work;  // (vertex, next of its edges)
    auto visit = [&](uint32_t v, uint32_t from) {
      number_[v] = static_cast<uint32_t>(vertex_.size());
      parent_[v] = from;
      vertex_.push_back(v);
      work.emplace_back(v, 0);
    };
    visit(n_, kNone);
    while (!work.empty()) {
      auto& [v, edge] = work.back();
      if (edge == entering_[v].size()) {
        work.pop_back();
        continue;
      }
      uint32_t from = v, to = entering_[v][edge++];
      if (number_[to] == kNone) visit(to, from);
    }
  }

  // The vertex of least semidominator on the path from v up to its tree's root (the root excluded), with path compression.
  uint32_t lowest(uint32_t v, const std::vector<uint32_t>& semi) {
    if (ancestor_[v] == kNone) return v;
    path_.clear();
    for (uint32_t u = v; ancestor_[ancestor_[u]] != kNone; u = ancestor_[u]) path_.push_back(u);
    for (size_t i = path_.size(); i-- > 0;) {
      uint32_t u = path_[i], a = ancestor_[u];
      if (semi[best_[a]] < semi[best_[u]]) best_[u] = best_[a];
      ancestor_[u] = ancestor_[a];
    }
    return best_[v];
  }

  uint32_t n_;  // also the exit's index
  const std::vector<Cfg::Block>& blocks_;
  std::vector<bool> leaves_;                        // an edge to the exit
  std::vector<std::vector<uint32_t>> entering_;     // edges of the reversed graph
  std::vector<uint32_t> number_, parent_, vertex_;  // depth-first numbering from the exit
  std::vector<uint32_t> ancestor_, best_, path_;
};

// In a kernel, lanes that leave are gone: nobody waits for them, so a way out that only some lanes take is no way that the others have to
// meet on. Without this, one early return inside of a branch would keep the branch's other lanes apart until the end.
void forget_early_exits(const Function& f, std::vector<Cfg::Block>& blocks, std::vector<bool>& leaves) {
  auto only_ends = [&](uint32_t b) {
    const Instruction& i = f.body[blocks[b].last];
    return blocks[b].first == blocks[b].last && i.guard < 0 && (i.opcode == "ret" || i.opcode == "exit");
  };
  for (uint32_t b = 0; b < blocks.size(); ++b) {
    std::vector<uint32_t> stays;
    for (uint32_t s : blocks[b].successors)
      if (!only_ends(s)) stays.push_back(s);
    if (stays.empty()) continue;
    blocks[b].successors = std::move(stays);
    leaves[b] = false;
  }
}

}  // namespace

Cfg build_cfg(const Function& f) {
  Cfg cfg;
  auto size = static_cast<uint32_t>(f.body.size());
  if (size == 0) return cfg;

  std::vector<bool> leads(size + 1, false);
  leads[0] = true;
  for (uint32_t i = 0; i < size; ++i) {
    if (!ends_block(f.body[i])) continue;
    leads[i + 1] = true;
    for (uint32_t target : targets(f, f.body[i])) leads[target] = true;
  }
  cfg.block_of.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    if (leads[i]) cfg.blocks.push_back({i, i, {}});
    cfg.blocks.back().last = i;
    cfg.block_of[i] = static_cast<uint32_t>(cfg.blocks.size() - 1);
  }

  std::vector<bool> leaves(cfg.blocks.size(), false);
  for (uint32_t b = 0; b < cfg.blocks.size(); ++b) {
    Cfg::Block& block = cfg.blocks[b];
    const Instruction& last = f.body[block.last];
    auto go = [&](uint32_t to) {
      if (to == size) leaves[b] = true;
      else block.successors.push_back(cfg.block_of[to]);
    };
    bool ends = ends_block(last);
    for (uint32_t target : targets(f, last)) go(target);
    if (ends && last.opcode != "bra" && last.opcode != "brx") leaves[b] = true;
    if (!ends || last.guard >= 0) go(block.last + 1);
    std::sort(block.successors.begin(), block.successors.end());
    block.successors.erase(std::unique(block.successors.begin(), block.successors.end()), block.successors.end());
  }

  std::vector<Cfg::Block> meeting = cfg.blocks;
  if (f.is_entry) forget_early_exits(f, meeting, leaves);
  std::vector<uint32_t> immediate = PostDominators(meeting, std::move(leaves)).solve();
  cfg.reconverge.resize(size);
  for (uint32_t i = 0; i < size; ++i) {
    uint32_t b = cfg.block_of[i];
    if (i != cfg.blocks[b].last) cfg.reconverge[i] = i + 1;
    else cfg.reconverge[i] = immediate[b] == cfg.blocks.size() ? size : cfg.blocks[immediate[b]].first;
  }
  return cfg;
}

bool always_passes(const Function& f, const Cfg& cfg, uint32_t from, uint32_t through) {
  if (cfg.block_of[from] == cfg.block_of[through] && from < through) return true;
  std::vector<bool> seen(cfg.blocks.size(), false);
  std::vector<uint32_t> work{cfg.block_of[from]};
  while (!work.empty()) {
    const Cfg::Block& block = cfg.blocks[work.back()];
    work.pop_back();
    const Instruction& last = f.body[block.last];
    const bool ends = last.opcode == "ret" || last.opcode == "exit" || last.opcode == "trap";
    if (block.successors.empty() || ends || (block.last + 1 == f.body.size() && last.opcode != "bra")) return false;
    for (uint32_t s : block.successors)
      if (s != cfg.block_of[through] && !seen[s]) {
        seen[s] = true;
        work.push_back(s);
      }
  }
  return true;
}

}  // namespace wg
