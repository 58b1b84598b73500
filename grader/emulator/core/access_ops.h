// What every memory instruction does around moving its data: addresses, patterns, counters, bounds, alignment, races, written bytes.
#pragma once
#include "memory.h"
#include "opcodes/table.h"
#include "shadow.h"

namespace wg {

enum MemoryFlags : uint16_t {
  kWideAddress = 1,
  kConstant = 2,    // constant bank: no sectors
  kKeptIf = 4,      // a load whose value only the lanes with predicate op->c keep (speculation.h); its patterns for those lanes are
  kKeptUnless = 8,  // remembered by the memory site behind its own
  // Order and scope, as the instruction says them; none of these bits: a weak access.
  kStrong = 16,  // volatile, relaxed, acquire, release and all atomics
  kAcquire = 32,
  kRelease = 64,
  kScopeBlock = 128,
  kScopeGpu = 256,
  kScopeSystem = 512,
  kVolatile = 1024,
  kOverwrites = 4096,  // an atomic exchange whose result nobody uses: a store, as far as uninitialised memory goes
};

// Which of a load's elements are a fault to read, given those that were ever written. Structs are copied with their holes: an element that
// was written in part is no fault, nor is one of a vector that goes with its neighbours and is only stored again (op->b: registers.h).
inline uint32_t missed_elements(const Op* op, uint32_t written) {
  const uint32_t all = (1u << op->count) - 1, missed = all & ~written;
  return op->count > 1 && missed != all ? missed & ~op->b : missed;
}

// Whether what was there before makes a difference to anybody.
inline bool reads(const Op* op, Direction direction) { return direction != Direction::store && !(op->flags & kOverwrites); }

// The lanes for which an access counts when races and uninitialised memory are looked for.
inline uint32_t lanes_that_count(const Warp& w, const Op* op) {
  if (__builtin_expect(!(op->flags & (kKeptIf | kKeptUnless)), 1)) return w.mask;
  const uint32_t p = w.predicate(op->c);
  return w.mask & (op->flags & kKeptIf ? p : ~p);
}

// The lanes' addresses of an op: base register (32- or 64-bit) + offset.
inline void lane_addresses(const Warp& w, const Op* op, uint64_t* address) {
  if (op->flags & kWideAddress) {
    const uint64_t* base = w.lanes<uint64_t>(op->a);
    for (unsigned i = 0; i < kLanes; i++) address[i] = base[i] + uint64_t(op->imm);
  } else {
    const uint32_t* base = w.lanes<uint32_t>(op->a);
    for (unsigned i = 0; i < kLanes; i++) address[i] = uint32_t(base[i] + uint32_t(op->imm));
  }
}
inline void lane_addresses(const Warp& w, const Op* op, uint32_t* address) {
  if (op->flags & kWideAddress) {
    const uint64_t* base = w.lanes<uint64_t>(op->a);
    for (unsigned i = 0; i < kLanes; i++) {
      const uint64_t x = base[i] + uint64_t(op->imm);
      address[i] = x > 0xffffffffu ? 0xffffffffu : uint32_t(x);
    }
  } else {
    const uint32_t* base = w.lanes<uint32_t>(op->a);
    for (unsigned i = 0; i < kLanes; i++) address[i] = base[i] + uint32_t(op->imm);
  }
}

// Checks and counts one warp-wide access of `bytes` a lane (all lanes of w.mask), and marks what it writes as written. Returns nullptr
// after a fault, otherwise the lanes' pattern; that of lanes which are too far apart for one has no mask. Shared: addresses are offsets in
// the block's shared memory; `values` tells the race checker what a store is about to write.
const Pattern* access_shared(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction,
                             const StoreValues* values = nullptr);
const Pattern* access_global(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction);
// Bounds and alignment alone. False after a fault.
bool check_shared(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction);
// global_races.cpp: of a good access, before it is done; lane i's address is base + p.delta[i].
void check_races(Warp& w, const Op* op, const Pattern& p, uint64_t base, Direction direction);
void check_races(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction);  // lanes anywhere
bool access_local(Warp& w, const Op* op, const uint64_t* offset, unsigned bytes, Direction direction);

}  // namespace wg
