// Races and uninitialised reads in shared memory. Every granule (the smallest access that the program makes, usually 4 bytes) has two tags:
// its last write and its last reads, each with a time stamp, warp, lane and site. The block's clock ticks at every synchronisation, so
// "ordered before me" is one comparison: a stamp below `barrier_stamp` is ordered by a block barrier, one below the warp's `sync_stamp` by
// __syncwarp for that warp. Where only a part of a warp has synchronised, LaneOrder knows more. Stamps only grow, so a new block starts
// with a higher `start_stamp` and nothing needs to be cleared; a write stamp below it means "never written". Reads by several lanes or
// warps become MANY: a single last reader would miss "A reads, B reads, B writes".
#pragma once
#include "warp.h"

namespace wg {

constexpr uint32_t kManyWarps = 63;

struct Tag {
  static uint64_t make(uint32_t stamp, bool atomic, uint32_t warp, uint32_t lane, uint32_t site) {
    return uint64_t(stamp) << 32 | uint64_t(atomic) << 31 | uint64_t(warp) << 25 | uint64_t(lane) << kLaneShift |
           (site < (1u << 19) ? site : (1u << 19) - 1);
  }
  static uint32_t stamp(uint64_t t) { return uint32_t(t >> 32); }
  static bool atomic(uint64_t t) { return t >> 31 & 1; }
  static uint32_t warp(uint64_t t) { return t >> 25 & 63; }
  static uint32_t lane(uint64_t t) { return t >> kLaneShift & 63; }
  static uint32_t site(uint64_t t) { return t & ((1u << 19) - 1); }
};

enum class AccessKind : uint8_t { read, write, atomic };

// Where a store's new bytes are: component j of lane l is `element` bytes at component[j] + l * stride and goes j * element bytes behind
// the lane's address.
struct StoreValues {
  const uint8_t* component[4];
  uint8_t element, stride;
  const uint8_t* at(uint32_t offset, unsigned lane) const { return component[offset / element & 3] + lane * stride + offset % element; }
};

// Checks one warp-wide shared access against the tags and updates them; reports RACE_SHARED, RACE_WARP and UNINIT_READ. `base` is the
// address of the first active lane. `values` (nullptr for atomics) tells what is stored: writers of equal values are a note, not a finding.
void shadow_read(Warp& w, const Op* op, const Pattern& p, uint32_t base);
void shadow_write(Warp& w, const Op* op, const Pattern& p, uint32_t base, bool atomic, const StoreValues* values);

// A block barrier has completed: everything before it is ordered.
inline void shadow_barrier(Block& b) {
  b.barrier_stamp = ++b.clock;
  b.released.clear();
}
// These lanes of a warp have synchronised: what each of them did, or knew of, comes before what they do next. Lanes that have exited count
// as named by the mask: a __syncwarp() of those that are left is one of the whole warp.
void shadow_warp_sync(Warp& w, uint32_t lanes);
// All that the warp did comes before what it does next.
inline void order_warp(Warp& w) { w.sync_stamp = ++w.block->clock; }

}  // namespace wg
