// Copies from global to shared memory that a thread has started and not yet waited for (cp.async). Their bytes arrive as late as PTX
// allows, when the thread waits for them: what a program does in between can't see them, and shared memory that a copy is on its way to may
// not be touched by anybody (racecheck).
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "access.h"

namespace wg {

struct Block;
struct Op;
struct Warp;

// One cp.async of a warp; `lanes`: whose bytes are still on their way.
struct PendingCopy {
  const Op* op;
  uint32_t lanes;
  std::array<uint32_t, 32> group;  // of each lane: how many groups it had committed when it started the copy
  std::array<uint32_t, 32> to;     // offset in shared memory
  std::array<uint64_t, 32> from;
  std::array<uint8_t, 32> bytes;  // that are read; the rest of the copy are zeros
};

struct PendingCopies {
  std::vector<PendingCopy> copies;  // in the order in which they were started
  std::array<uint32_t, 32> committed{};
  void clear() {
    copies.clear();
    committed.fill(0);
  }
};

// The copy that is on its way to a word of shared memory: site + 1, or 0.
struct InFlight {
  uint32_t site_and_one = 0;
  uint8_t warp = 0, lane = 0;
};

void start_copy(Warp& w, PendingCopy copy);
void commit_copies(Warp& w);
// All but the last `groups` groups of the active lanes arrive; `uncommitted`: also copies that belong to none. False after a fault.
bool await_copies(Warp& w, uint32_t groups, bool uncommitted);
// Reports an access to words that copies are on their way to; returns whether there was one. Ask only if block.copies_in_flight != 0.
bool touches_copies(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, bool is_load);
void forget_copies(Block& block);  // when it starts; its warps clear their own

}  // namespace wg
