// The short way of a memory access, inlined into the handlers of the commonest ones: the instruction remembers the lanes' pattern, so that
// one comparison of 32 offsets tells what the access costs, where it may go wrong and how its data moves. access_ops.cpp has the long way.
#pragma once
#include "access_ops.h"
#include "lanes.h"

namespace wg {

// access_ops.cpp: what is seldom needed.
void picture_shared(Warp& w, const Op* op, SharedSite& site, KnownPattern& known, uint32_t base, Direction direction);
void picture_global(Warp& w, const Op* op, GlobalSite& site, KnownPattern& known, uint64_t base, Direction direction);
bool meets_copies(Warp& w, const Op* op, const Pattern& p, uint32_t base, Direction direction);  // cp.async; told if so
void shadow_some(Warp& w, const Op* op, const Pattern& p, uint32_t base, uint32_t lanes);        // not all lanes count
void look_closer(Warp& w, const Op* op, const Pattern& p, uint64_t base, Direction direction, const Allocation* within);
bool all_written(const Warp& w, const Allocation& a, const Pattern& p, uint64_t base);    // words that all lanes read; false: perhaps not
void mark_within(Warp& w, const Op* op, Allocation& a, const Pattern& p, uint64_t base);  // after a store
void touch_each(Warp& w, GlobalSite& site, const Pattern& p, uint64_t base, Direction direction, const Allocation* within);
Allocation* find_within(const Warp& w, GlobalSite& site, const Pattern& p, uint64_t base);

// Whether the lanes at `address`, whose first active one is `first`, lie as the pattern says.
template <class Address>
[[gnu::always_inline]] inline bool fits(const KnownPattern& known, const Address* address, Address first, uint32_t mask, uint32_t residue) {
  const Pattern& p = *known.pattern;
  if (p.mask != mask || p.residue != residue || p.serial != known.serial) return false;
  return __builtin_expect(mask == ~0u, 1) ? all_lie(address, first, p.delta) : some_lie(address, first, p.delta, mask);
}

[[gnu::always_inline]] inline KnownPattern* shared_known(SharedSite& site, const uint32_t* address, uint32_t first, uint32_t mask,
                                                         uint32_t residue) {
  for (KnownPattern& known : site.known)
    if (fits(known, address, first, mask, residue)) return &known;
  return nullptr;
}

inline bool within_shared(const Warp& w, const Pattern& p, uint32_t base) {
  return uint64_t(base + uint32_t(p.low)) + p.span <= w.block->shared_bytes;  // below zero is beyond the end
}
inline bool aligned(const Pattern& p, uint64_t base) { return p.aligned && !(base & (p.bytes - 1)); }

// What the scheduler asks of a warp that may be waiting for others: atomics tell themselves whether they changed something.
inline void note_progress(Warp& w, const Op* op, Direction direction) {
  if (direction == Direction::store) w.changed = true;
  if (op->flags & kStrong) w.synchronises = true;
}

// A good access to shared memory: counted, pictured, checked for races.
[[gnu::always_inline]] inline void count_shared(Warp& w, const Op* op, SharedSite& site, KnownPattern& known, uint32_t base,
                                                Direction direction, const StoreValues* values) {
  const Pattern& p = *known.pattern;
  note_progress(w, op, direction);
  AccessCount& count = w.block->record.accesses[op->memory];
  count.shared_requests++;
  count.wavefronts += p.cost;
  if (p.conflicts) count.conflicts += p.conflicts;
  if (const uint32_t bank = 1u << (base >> 2 & 31); __builtin_expect(!(known.pictured & bank), 0)) {
    known.pictured |= bank;
    picture_shared(w, op, site, known, base, direction);
  }
  if (__builtin_expect(w.block->copies_in_flight != 0, 0) && meets_copies(w, op, p, base, direction)) return;
  if (!(w.worker->checks & (kRacecheck | kInitcheck))) return;
  if (const uint32_t lanes = lanes_that_count(w, op); __builtin_expect(lanes != w.mask, 0)) return shadow_some(w, op, p, base, lanes);
  if (direction == Direction::load) shadow_read(w, op, p, base);
  else shadow_write(w, op, p, base, direction == Direction::atomic, values);
}

// The allocation that all lanes are in, or nullptr.
[[gnu::always_inline]] inline Allocation* within_one(const Warp& w, GlobalSite& site, const Pattern& p, uint64_t base) {
  Allocation* a = site.allocation;
  return __builtin_expect(a && !a->freed && a->contains(base + uint64_t(int64_t(p.low)), p.span), 1) ? a : find_within(w, site, p, base);
}

[[gnu::always_inline]] inline void mark_touched(TouchedSectors::Of& of, Direction direction, uint64_t first, uint64_t last) {
  const uint64_t from = (first - of.base) >> 5, to = (last - of.base) >> 5;
  if (direction != Direction::store) of.read.mark(from, to);
  if (direction != Direction::load) of.written.mark(from, to);
}

// Notes which sectors are read and written (touched.h): most often in the allocation that the site knows.
[[gnu::always_inline]] inline void touch(Warp& w, GlobalSite& site, const Pattern& p, uint64_t base, Direction direction,
                                         const Allocation* within) {
  if (__builtin_expect(!within || within != site.touched_in, 0)) return touch_each(w, site, p, base, direction, within);
  // The same again, as often as a row's elements of a sector are read one after the other?
  const uint64_t sector = base >> 5;
  if (site.marked_from == sector && site.marked_set == p.sector_set) return;
  site.marked_from = sector;
  site.marked_set = p.sector_set;
  for (const auto [first, count] : p.sector_runs) {
    const uint64_t from = base + uint64_t(int64_t(first) * 32);
    mark_touched(*site.touched, direction, from, from + (count - 1) * 32);
  }
}

// A good access to global memory, in one allocation or (nullptr) in several.
[[gnu::always_inline]] inline void count_global(Warp& w, const Op* op, GlobalSite& site, KnownPattern& known, uint64_t base,
                                                Direction direction, Allocation* within) {
  const Pattern& p = *known.pattern;
  note_progress(w, op, direction);
  AccessCount& count = w.block->record.accesses[op->memory];
  if (op->flags & kConstant) {
    count.constant_requests += p.cost;
  } else {
    if (w.worker->races_global) check_races(w, op, p, base, direction);
    count.requests++;
    count.sectors += p.cost;
    touch(w, site, p, base, direction, within);
    if (const uint32_t sector = 1u << (base >> 5 & 3); __builtin_expect(!(known.pictured & sector), 0)) {
      known.pictured |= sector;
      picture_global(w, op, site, known, base, direction);
    }
  }
  const unsigned checks = w.worker->checks;
  bool good = within != nullptr;
  if (good && direction != Direction::load) good = !(checks & kMemcheck) || !within->input;
  if (good && direction != Direction::store) good = !(checks & kInitcheck) || within->fully_written || all_written(w, *within, p, base);
  if (__builtin_expect(!good, 0)) look_closer(w, op, p, base, direction, within);
  if (direction != Direction::load && within && (checks & kInitcheck) && !within->fully_written) mark_within(w, op, *within, p, base);
}

// If the instruction remembers the lanes' pattern and it is a good access: all that is to be done besides moving the data. Then lane i's
// address is *base + pattern->delta[i]. Otherwise nothing has happened and nullptr is returned.
[[gnu::always_inline]] inline const Pattern* known_shared(Warp& w, const Op* op, Direction direction, uint32_t* base,
                                                          const StoreValues* values = nullptr) {
  if (__builtin_expect(op->flags & kWideAddress, 0)) return nullptr;
  SharedSite& site = w.worker->shared_sites[op->memory];
  const uint32_t* address = w.lanes<uint32_t>(op->a);
  const uint32_t first = address[first_lane(w.mask)], at = first + uint32_t(op->imm);
  KnownPattern* known = shared_known(site, address, first, w.mask, at & 3);
  if (__builtin_expect(!known, 0)) return nullptr;
  const Pattern* p = known->pattern;
  if (__builtin_expect(!within_shared(w, *p, at) || !aligned(*p, at), 0)) return nullptr;
  *base = at;
  count_shared(w, op, site, *known, at, direction, values);
  return p;
}

[[gnu::always_inline]] inline const Pattern* known_global(Warp& w, const Op* op, Direction direction, uint64_t* base) {
  if (__builtin_expect(!(op->flags & kWideAddress), 0)) return nullptr;
  GlobalSite& site = w.worker->global_sites[op->memory];
  const uint64_t* address = w.lanes<uint64_t>(op->a);
  const uint64_t first = address[first_lane(w.mask)], at = first + uint64_t(op->imm);
  KnownPattern& known = site.known[at >> 2 & 7];
  if (__builtin_expect(!fits(known, address, first, w.mask, uint32_t(at) & 31), 0)) return nullptr;
  Allocation* within = within_one(w, site, *known.pattern, at);
  if (__builtin_expect(!within || !aligned(*known.pattern, at), 0)) return nullptr;
  *base = at;
  // The data of the next access to come here, if it is as far away as this one is from the last: a row of a matrix, or the next warp's. A
  // stride that leaves the page is more than the processor foresees.
  const uint64_t next = at + (at - site.last);
  site.last = at;
  __builtin_prefetch(reinterpret_cast<const void*>(next));
  __builtin_prefetch(reinterpret_cast<const void*>(next + uint64_t(int64_t(known.pattern->high))));
  count_global(w, op, site, known, at, direction, within);
  return known.pattern;
}

}  // namespace wg
