#include "shadow.h"

#include <algorithm>
#include <cstdio>

#include "access_ops.h"

namespace wg {
namespace {

std::string hazard(const Warp& w, const char* name, uint32_t address, unsigned lane, uint64_t tag, const char* mine, const char* theirs) {
  char text[256];
  const Dim3 me = thread_of(*w.block, w.id, lane), block = w.block->index;
  const bool many = Tag::warp(tag) == kManyWarps || Tag::lane(tag) == kManyLanes;
  char other[64];
  if (many) {
    std::snprintf(other, sizeof other, "several threads");
  } else {
    const Dim3 t = thread_of(*w.block, Tag::warp(tag), Tag::lane(tag));
    std::snprintf(other, sizeof other, "thread (%u,%u,%u)", t.x, t.y, t.z);
  }
  std::snprintf(text, sizeof text,
                "%s hazard at __shared__ 0x%x in block (%u,%u,%u): %s by thread (%u,%u,%u), %s by %s, with no barrier between", name,
                address, block.x, block.y, block.z, mine, me.x, me.y, me.z, theirs, other);
  return text;
}

// The slow path: two accesses of the same interval meet on a granule. Tells whether they conflict and reports it.
[[gnu::noinline]] void conflict(Warp& w, const Op* op, uint32_t granule, unsigned lane, uint64_t tag, AccessKind kind, bool tag_is_write,
                                const StoreValues* values) {
  const Block& b = *w.block;
  const bool same_warp = Tag::warp(tag) == w.id;
  if (kind == AccessKind::atomic && tag_is_write && Tag::atomic(tag)) return;
  if (same_warp) {
    if (Tag::stamp(tag) < w.sync_stamp) return;                // ordered by __syncwarp
    if (Tag::lane(tag) == lane && lane != kManyLanes) return;  // ordered by the program
  }
  const char* name = kind == AccessKind::read ? "RAW" : tag_is_write ? "WAW" : "WAR";
  const char* mine = kind == AccessKind::read ? "read" : kind == AccessKind::atomic ? "atomic update" : "write";
  const char* theirs = tag_is_write ? (Tag::atomic(tag) ? "atomic update" : "write") : "read";
  const unsigned shift = w.worker->granule_shift;
  const uint32_t address = granule << shift;
  bool note = false;
  if (kind == AccessKind::write && tag_is_write && !Tag::atomic(tag) && values) {
    // Several lanes may write this granule; that they differ from each other is same_instruction's to tell.
    unsigned writer = lane;
    for (uint32_t m = w.mask; m && writer == kManyLanes; m &= m - 1)
      if (const unsigned l = first_lane(m); address - values->address[l] < values->bytes) writer = l;
    note = writer != kManyLanes && std::memcmp(values->at(address, writer), b.shared.data() + address, 1u << shift) == 0;
  }
  // Several lanes touch it: show one that isn't the other thread itself.
  const uint32_t others = same_warp && Tag::lane(tag) < kLanes ? w.mask & ~lane_bit(Tag::lane(tag)) : w.mask;
  const unsigned shown = lane == kManyLanes ? first_lane(others ? others : w.mask) : lane;
  if (counted(w, same_warp ? "RACE_WARP" : "RACE_SHARED", op->site, Tag::site(tag), note)) return;
  report(w, same_warp ? "RACE_WARP" : "RACE_SHARED", op->site, shown, hazard(w, name, address, shown, tag, mine, theirs), Tag::site(tag),
         Tag::warp(tag) == kManyWarps ? -1 : int(Tag::warp(tag)), Tag::lane(tag) == kManyLanes ? -1 : int(Tag::lane(tag)), note);
}

// Several lanes of one store write the same granule: harmless if all write the same value, otherwise it's open which one wins.
[[gnu::noinline]] void same_instruction(Warp& w, const Op* op, const Pattern& p, uint32_t first, const StoreValues& values) {
  const unsigned shift = w.worker->granule_shift, size = 1u << shift;
  for (size_t k = 0; k < p.granule.size(); k++) {
    if (p.lane[k] != kManyLanes) continue;
    const uint32_t address = (first + uint32_t(p.granule[k])) << shift;
    int winner = -1;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned lane = first_lane(m);
      if (address < values.address[lane] || address + size > values.address[lane] + p.bytes) continue;
      if (winner < 0) {
        winner = int(lane);
      } else if (std::memcmp(values.at(address, lane), values.at(address, unsigned(winner)), size) != 0) {
        char text[256];
        const Dim3 block = w.block->index;
        const Dim3 a = thread_of(*w.block, w.id, unsigned(winner)), b = thread_of(*w.block, w.id, lane);
        std::snprintf(text, sizeof text,
                      "WAW hazard at __shared__ 0x%x in block (%u,%u,%u): threads (%u,%u,%u) and (%u,%u,%u) of one warp write different "
                      "values in the same instruction",
                      address, block.x, block.y, block.z, a.x, a.y, a.z, b.x, b.y, b.z);
        report(w, "RACE_WARP", op->site, lane, text, op->site, int(w.id), winner);
        break;
      }
    }
  }
}

// Whether the granule belongs to an element that no thread of this block has written, and that is a fault to read.
bool missed(const Warp& w, const Op* op, const Pattern& p, uint32_t granule) {
  const uint64_t start = uint64_t(w.block->start_stamp) << 32;
  const uint32_t granules = std::max(1u, p.bytes >> w.worker->granule_shift), first = granule & ~(granules - 1);  // of the access
  const uint32_t each = std::max(1u, granules / op->count);                                                       // of an element
  uint32_t written = 0;
  for (uint32_t g = 0; g < granules; g++) written |= uint32_t(w.worker->write_tags[first + g] >= start) << g / each;
  return missed_elements(op, written) >> (granule - first) / each & 1;
}

// A read of something that was written in this interval, or never.
[[gnu::noinline]] void suspicious_read(Warp& w, const Op* op, const Pattern& p, uint32_t first, AccessKind kind) {
  const uint64_t start = uint64_t(w.block->start_stamp) << 32, barrier = uint64_t(w.block->barrier_stamp) << 32;
  for (size_t k = 0; k < p.granule.size(); k++) {
    const uint32_t granule = first + uint32_t(p.granule[k]);
    const uint64_t tag = w.worker->write_tags[granule];
    if (tag < start && (w.worker->checks & kInitcheck)) {
      if (!missed(w, op, p, granule)) continue;
      if (counted(w, "UNINIT_READ", op->site)) continue;
      const unsigned l = p.lane[k] == kManyLanes ? first_lane(w.mask) : p.lane[k];
      char text[160];
      std::snprintf(text, sizeof text, "Uninitialized __shared__ memory read of size %u byte%s by %s: address 0x%x was never written",
                    p.bytes / op->count, p.bytes == op->count ? "" : "s", where(w, l).c_str(), granule << w.worker->granule_shift);
      report(w, "UNINIT_READ", op->site, l, text);
    } else if (tag >= barrier && (w.worker->checks & kRacecheck)) {
      conflict(w, op, granule, p.lane[k], tag, kind, true, nullptr);
    }
  }
}

}  // namespace

void shadow_access(Warp& w, const Op* op, const Pattern& p, uint32_t first, AccessKind kind, const StoreValues* values) {
  Worker& worker = *w.worker;
  const Block& b = *w.block;
  const uint64_t start = uint64_t(b.start_stamp) << 32, barrier = uint64_t(b.barrier_stamp) << 32;
  const int n = int(p.granule.size());
  const int32_t* granule = p.granule.data();
  const uint8_t* lane = p.lane.data();
  const uint64_t* lane_field = p.lane_field.data();
  uint64_t* const writes = worker.write_tags.data() + first;
  uint64_t* const reads = worker.read_tags.data() + first;
  const bool races = worker.checks & kRacecheck;

  if (kind != AccessKind::write) {
    // One comparison for both questions: a good tag lies in [start, barrier).
    uint64_t worst = 0;
    if (p.granules_contiguous) {
      const uint64_t* t = writes + granule[0];
      for (int k = 0; k < n; k++) worst = t[k] - start > worst ? t[k] - start : worst;
    } else {
      for (int k = 0; k < n; k++) worst = writes[granule[k]] - start > worst ? writes[granule[k]] - start : worst;
    }
    if (__builtin_expect(worst >= barrier - start, 0)) suspicious_read(w, op, p, first, kind);
  }
  if (!races && kind == AccessKind::read) return;

  const uint64_t me = Tag::make(b.clock, kind == AccessKind::atomic, w.id, 0, op->site);
  if (kind == AccessKind::read) {
    const uint64_t warp_field = uint64_t(63) << 25, lane_bits = uint64_t(63) << kLaneShift, my_warp = uint64_t(w.id) << 25;
    const uint64_t many = me | warp_field | lane_bits;
    // reads of this warp before its last __syncwarp are ordered for this warp, and this newer read stands for them before all others
    const uint64_t synced = uint64_t(w.sync_stamp) << 32;
    auto merged = [&](uint64_t old, uint64_t mine) {
      const uint64_t of_other =
          (old & warp_field) == my_warp ? (old >= synced && (old ^ mine) & lane_bits ? mine | lane_bits : mine) : many;
      return old < barrier ? mine : of_other;
    };
    if (p.granules_contiguous) {
      uint64_t* t = reads + granule[0];
#pragma GCC ivdep
      for (int k = 0; k < n; k++) t[k] = merged(t[k], me | lane_field[k]);
    } else {
      for (int k = 0; k < n; k++) reads[granule[k]] = merged(reads[granule[k]], me | lane_field[k]);
    }
    return;
  }

  uint64_t most = 0;
  for (int k = 0; k < n; k++) {
    const uint64_t t = writes[granule[k]] > reads[granule[k]] ? writes[granule[k]] : reads[granule[k]];
    most = t > most ? t : most;
  }
  if (__builtin_expect(most >= barrier, 0) && races) {
    for (int k = 0; k < n; k++) {
      const uint64_t wt = writes[granule[k]], rt = reads[granule[k]];
      if (wt >= barrier && kind == AccessKind::write) conflict(w, op, first + granule[k], lane[k], wt, kind, true, values);
      if (rt >= barrier) conflict(w, op, first + granule[k], lane[k], rt, kind, false, nullptr);
    }
  }
  if (kind == AccessKind::write && p.many && races && values) same_instruction(w, op, p, first, *values);
  for (int k = 0; k < n; k++) writes[granule[k]] = me | lane_field[k];
}

}  // namespace wg
