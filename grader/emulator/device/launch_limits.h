// What a launch may ask for: its shape, the kernel's own limits and the card -> accepted, or the runtime's error and the reason in words.
#pragma once
#include <string>

#include "../core/gpu.h"
#include "profile.h"

namespace wg {

struct LaunchShape {
  Dim3 grid, block;
  uint64_t dynamic_shared_bytes = 0;
  bool cooperative = false;      // all blocks must fit on the card at once
  uint64_t registers = 32;       // of a thread
  bool registers_exact = false;  // as ptxas counts them for this very card; else a launch isn't refused for them
};

struct Refusal {
  int error = 0;    // cudaError_t; 0: accepted
  std::string why;  // "2048 threads in a block, and a block has at most 1024"
};

// `max_dynamic_shared` is what cudaFuncSetAttribute has set, or the default.
Refusal check_launch(const Profile& card, const KernelInfo& kernel, uint64_t max_dynamic_shared, const LaunchShape& launch);

// How many blocks the card holds at once.
uint64_t resident_blocks(const Profile& card, const KernelInfo& kernel, const LaunchShape& launch);

// "grid (1,1,1), block (2048,1,1)", with the dynamic shared memory if there is any.
std::string shape_text(const LaunchShape& launch);

}  // namespace wg
