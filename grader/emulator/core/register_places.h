// Where the registers of a function lie in its frame. PTX names a new register for every value; registers whose values are never needed at
// the same time share a place, so that the frames of a block's warps stay in the processor's nearest cache.
#pragma once
#include <cstdint>
#include <vector>

#include "ptx.h"

namespace wg {

struct RegisterPlacement {
  std::vector<uint32_t> offsets;  // by register
  uint32_t zeroed_end = 0;        // registers that may be read before they are written lie below, and start as zeros
  uint32_t end = 0;
};

// From offset `at` on. A lane's values are its own, and instructions write the active lanes only, so what a single thread may need decides,
// however the lanes of a warp diverge.
RegisterPlacement place_registers(const ptx::Function& function, uint32_t at);

}  // namespace wg
