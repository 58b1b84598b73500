// Control flow of a function: basic blocks, and where diverged lanes meet again (immediate post-dominators).
#pragma once
#include <cstdint>
#include <vector>

#include "ptx.h"

namespace wg {

struct Cfg {
  struct Block {
    uint32_t first, last;              // instruction indices, both inclusive
    std::vector<uint32_t> successors;  // block indices, ascending; an exit is no successor
  };
  std::vector<Block> blocks;       // in order of their instructions
  std::vector<uint32_t> block_of;  // per instruction
  // Per instruction: its immediate post-dominator instruction, body.size() if only the exit is. Meaningful for conditional branches. In a
  // kernel, ways out that only some lanes take (an early return) don't count: lanes that leave need no meeting.
  std::vector<uint32_t> reconverge;
};

// Near-linear in the number of instructions, whatever the graph's shape. Endless loops count as if their last block could leave.
// Branch targets are taken from label operands and Function::branch_targets.
Cfg build_cfg(const ptx::Function& function);

// Whether who goes on behind instruction `from` can't come to the end without passing `through`.
bool always_passes(const ptx::Function& function, const Cfg& cfg, uint32_t from, uint32_t through);

}  // namespace wg
