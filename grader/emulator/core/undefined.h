// Values that a shuffle read from a lane that takes no part: undefined on hardware. Reading them is no fault (correct programs throw such
// values away), using them is. For the registers that a shuffle's result can reach, the frame holds a mask of lanes whose value is
// undefined; instructions that pass them on have an op before them that moves the masks. Functions without shuffles pay nothing.
#pragma once
#include <optional>
#include <vector>

#include "code.h"
#include "warp.h"

namespace wg {

// In the frame, per register that may be undefined.
struct UndefinedSlot {
  uint32_t lanes;   // whose value is undefined
  uint32_t origin;  // site of the shuffle
};

// Which registers a shuffle's result can reach, by index; empty if the function has no shuffle.
std::vector<bool> reached_by_shuffles(const ptx::Function& function);

// The op that goes before an instruction, or nothing if no undefined value can get there. registers: their offsets in the frame; slots:
// those of their UndefinedSlots, 0 for registers that are always defined.
std::optional<UndefinedMove> undefined_move(const ptx::Instruction& in, const std::vector<uint32_t>& registers,
                                            const std::vector<uint32_t>& slots);

// Op: imm = index into Code::undefined_moves.
const Op* move_undefined(Warp& w, const Op* op);

// After a shuffle: `lanes` of the warp's active ones got an undefined value, the others what `from` had.
void shuffled(Warp& w, const Op* op, uint32_t source_slot, uint32_t target_slot, uint32_t lanes, const uint8_t* from);

}  // namespace wg
