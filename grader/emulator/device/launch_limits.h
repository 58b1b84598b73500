// What a launch may ask for: its shape, the kernel's own limits and the card -> accepted, or the runtime's error and the reason in words.
#pragma once
#include <string>

#include "../core/gpu.h"
#include "profile.h"

namespace wg {

struct LaunchShape {
  Dim3 grid, block;
  uint64_t dynamic_shared_bytes = 0;
  bool cooperative = false;  // all blocks must fit on the card at once
};

struct Refusal {
  int error = 0;    // cudaError_t; 0: accepted
  std::string why;  // "2048 threads in a block, and a block has at most 1024"
};

// `max_dynamic_shared` is what cudaFuncSetAttribute has set, or the default.
Refusal check_launch(const Profile& card, const KernelInfo& kernel, uint64_t max_dynamic_shared, const LaunchShape& launch);

// How many blocks of this shape one multiprocessor holds at once; 0 if none.
uint64_t blocks_per_sm(const Profile& card, uint64_t threads, uint64_t registers, uint64_t shared_bytes);
// How many blocks the card holds at once. Registers are ptxas' business, whom the device never sees: 32 a thread are assumed.
uint64_t resident_blocks(const Profile& card, const KernelInfo& kernel, const LaunchShape& launch);

// "grid (1,1,1), block (2048,1,1)", with the dynamic shared memory if there is any.
std::string shape_text(const LaunchShape& launch);

}  // namespace wg
