// How many blocks of a kernel an SM holds at once, by the rules of NVIDIA's occupancy calculator (cuda_occupancy.h of CUDA 13, compute
// capability 7.5 to 9.0). grader/devices/occupancy.py has the same rules for the judge; a test holds both to NVIDIA's header.
#pragma once
#include <cstdint>

#include "profile.h"

namespace wg {

struct BlockNeeds {
  uint64_t threads = 0, registers = 0;  // registers: of a thread
  uint64_t shared_bytes = 0;            // static and dynamic
};

uint64_t system_shared_bytes(const Profile& card);  // what the system keeps of each block's share

// 0 if not even one fits.
uint64_t blocks_per_sm(const Profile& card, const BlockNeeds& block);

// The most shared memory, static and dynamic, that lets `blocks` of a kernel be there at once; 0 if threads or registers forbid it.
uint64_t shared_bytes_for(const Profile& card, const BlockNeeds& block, uint64_t blocks);

}  // namespace wg
