#include "shadow.h"

#include <algorithm>
#include <cstdio>

#include "access_ops.h"
#include "scheduler.h"

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

// The lanes of this access that touch a granule.
uint32_t touching(const Warp& w, const Pattern& p, uint32_t base, uint32_t address) {
  uint32_t lanes = 0;
  const uint32_t size = 1u << w.worker->granule_shift;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    const int64_t offset = int64_t(base + uint32_t(p.delta[lane])) - address;  // of the access from the granule
    if (offset < int64_t(size) && -offset < int64_t(p.bytes)) lanes |= lane_bit(lane);
  }
  return lanes;
}

// Whether parts of the warp that synchronised have ordered an earlier access of the warp before what these lanes do. If several lanes made
// that one, nobody knows which: a race may be missed then, none is invented.
bool in_order(const Warp& w, uint32_t lanes, uint64_t tag) {
  if (!w.lane_order) return false;
  for (; lanes; lanes &= lanes - 1) {
    const unsigned lane = first_lane(lanes);
    const auto& seen = w.lane_order->seen[lane];
    if (Tag::lane(tag) == lane) continue;
    if (Tag::stamp(tag) >= (Tag::lane(tag) < kLanes ? seen[Tag::lane(tag)] : *std::max_element(seen.begin(), seen.end()))) return false;
  }
  return true;
}

constexpr size_t kReleased = 64;  // granules remembered one by one; with more, all are

bool is_released(const Block& b, uint32_t granule) {
  return b.released.size() > kReleased || std::find(b.released.begin(), b.released.end(), granule) != b.released.end();
}

// The slow path: two accesses of the same interval meet on a granule. Tells whether they conflict and reports it.
[[gnu::noinline]] void conflict(Warp& w, const Op* op, const Pattern& p, uint32_t base, uint32_t granule, unsigned lane, uint64_t tag,
                                AccessKind kind, bool tag_is_write, const StoreValues* values) {
  const Block& b = *w.block;
  const bool same_warp = Tag::warp(tag) == w.id;
  if (kind == AccessKind::atomic && Tag::atomic(tag)) return;
  if (same_warp) {
    if (Tag::stamp(tag) < w.sync_stamp) return;                // ordered by __syncwarp
    if (Tag::lane(tag) == lane && lane != kManyLanes) return;  // ordered by the program
    if (w.lane_order && in_order(w, touching(w, p, base, granule << w.worker->granule_shift), tag)) return;
  } else if (op->flags & kVolatile && is_released(b, granule)) {
    return;  // a flag between warps
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
      if (const unsigned l = first_lane(m); address - (base + uint32_t(p.delta[l])) < p.bytes) writer = l;
    note = writer != kManyLanes &&
           std::memcmp(values->at(address - (base + uint32_t(p.delta[writer])), writer), b.shared.data() + address, 1u << shift) == 0;
  }
  // Several lanes touch it: show one that isn't the other thread itself.
  const uint32_t others = same_warp && Tag::lane(tag) < kLanes ? w.mask & ~lane_bit(Tag::lane(tag)) : w.mask;
  const unsigned shown = lane == kManyLanes ? first_lane(others ? others : w.mask) : lane;
  if (counted(w, same_warp ? "RACE_WARP" : "RACE_SHARED", op->site, Tag::site(tag), note)) return;
  report(w, same_warp ? "RACE_WARP" : "RACE_SHARED", op->site, shown, hazard(w, name, address, shown, tag, mine, theirs), Tag::site(tag),
         Tag::warp(tag) == kManyWarps ? -1 : int(Tag::warp(tag)), Tag::lane(tag) == kManyLanes ? -1 : int(Tag::lane(tag)), note);
}

// Several lanes of one store write the same granule: harmless if all write the same value, otherwise it's open which one wins.
[[gnu::noinline]] void same_instruction(Warp& w, const Op* op, const Pattern& p, uint32_t base, const StoreValues& values) {
  const unsigned shift = w.worker->granule_shift, size = 1u << shift;
  const uint32_t first = base >> shift;
  for (size_t k = 0; k < size_t(p.granules); k++) {
    if (p.lane[k] != kManyLanes) continue;
    const uint32_t address = (first + uint32_t(p.granule[k])) << shift;
    int winner = -1;
    const uint8_t* won = nullptr;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned lane = first_lane(m);
      const uint32_t offset = address - (base + uint32_t(p.delta[lane]));
      if (offset >= p.bytes || offset + size > p.bytes) continue;
      const uint8_t* value = values.at(offset, lane);
      if (winner < 0) {
        winner = int(lane);
        won = value;
      } else if (std::memcmp(value, won, size) != 0) {
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
[[gnu::noinline]] void suspicious_read(Warp& w, const Op* op, const Pattern& p, uint32_t base, AccessKind kind) {
  const uint32_t first_granule = base >> w.worker->granule_shift;
  const uint64_t start = uint64_t(w.block->start_stamp) << 32, barrier = uint64_t(w.block->barrier_stamp) << 32;
  for (size_t k = 0; k < size_t(p.granules); k++) {
    const uint32_t granule = first_granule + uint32_t(p.granule[k]);
    const uint64_t tag = w.worker->write_tags[granule];
    if (tag < start && (w.worker->checks & kInitcheck)) {
      if ((op->flags & kOverwrites) || !missed(w, op, p, granule)) continue;
      if (counted(w, "UNINIT_READ", op->site)) continue;
      const unsigned l = p.lane[k] == kManyLanes ? first_lane(w.mask) : p.lane[k];
      char text[160];
      std::snprintf(text, sizeof text, "Uninitialized __shared__ memory read of size %u byte%s by %s: address 0x%x was never written",
                    p.bytes / op->count, p.bytes == op->count ? "" : "s", where(w, l).c_str(), granule << w.worker->granule_shift);
      report(w, "UNINIT_READ", op->site, l, text);
    } else if (tag >= barrier && (w.worker->checks & kRacecheck)) {
      conflict(w, op, p, base, granule, p.lane[k], tag, kind, true, nullptr);
    }
  }
}

}  // namespace

namespace {

// Accesses that may meet each other: atomics, and loads and stores that say .relaxed, .acquire or .release (cuda::atomic). Volatile ones
// don't: in CUDA C++ they are no way to synchronise.
bool is_strong(const Op* op) { return (op->flags & (kStrong | kVolatile)) == kStrong; }

// A lock is given back, or a flag set, by an atomic, volatile or relaxed write behind a fence (__threadfence_block or more).
void release(Warp& w, const Op* op, const Pattern& p, uint32_t first) {
  Block& b = *w.block;
  if (!(op->flags & kStrong) || w.fence_stamp < b.barrier_stamp) return;
  for (int k = 0; k < p.granules && b.released.size() <= kReleased; k++)
    if (const uint32_t granule = first + uint32_t(p.granule[size_t(k)]); !is_released(b, granule)) b.released.push_back(granule);
}

// An acquiring access sees what another thread stored, as a strong access, since the last barrier: what that one did before comes before
// what follows here. So does an atomic, volatile or relaxed one that finds what was released by a fence; a fence behind it isn't asked for,
// as in global memory. Everything that the block (or the warp) did so far counts as that: a race may be missed, none is invented.
void acquire(Warp& w, const Op* op, const Pattern& p, uint32_t first) {
  const bool acquires = op->flags & kAcquire;
  if (!acquires && (w.block->released.empty() || !(op->flags & kStrong))) return;
  const uint64_t barrier = uint64_t(w.block->barrier_stamp) << 32;
  bool of_warp = false, of_block = false;
  for (int k = 0; k < p.granules; k++) {
    const uint32_t granule = first + uint32_t(p.granule[size_t(k)]);
    const uint64_t tag = w.worker->write_tags[granule];
    if (tag < barrier || !((acquires && Tag::atomic(tag)) || is_released(*w.block, granule))) continue;
    (Tag::warp(tag) == w.id ? of_warp : of_block) = true;
  }
  if (of_block) order_all(*w.worker);
  else if (of_warp) order_warp(w);
}

constexpr uint64_t kWarpField = uint64_t(63) << 25, kLaneField = uint64_t(63) << kLaneShift;

// Whether a row of granules was written in this block, all of it before the last barrier.
bool written_before(const Worker& worker, const Block& b, uint32_t from, uint32_t n) {
  bool good = true;
  for (uint32_t row = from >> kRowShift; row <= (from + n - 1) >> kRowShift; row++)
    good &= worker.rows[row].written < b.barrier_stamp && worker.rows[row].filled >= b.start_stamp;
  return good;
}

// The same granule by granule, for any set of them. One comparison answers both questions: a good tag lies in [start, barrier).
bool each_written_before(const Block& b, const Pattern& p, const uint64_t* writes) {
  const uint64_t start = uint64_t(b.start_stamp) << 32, span = (uint64_t(b.barrier_stamp) << 32) - start;
  uint64_t worst = 0;
  const auto look = [&](uint64_t tag) { worst = tag - start > worst ? tag - start : worst; };
  const int n = p.granules;
  if (p.granules_contiguous) {
    const uint64_t* t = writes + p.granule[0];
    for (int k = 0; k < n; k++) look(t[k]);
  } else {
    const int32_t* granule = p.granule.data();
    for (int k = 0; k < n; k++) look(writes[granule[k]]);
  }
  return worst < span;
}

// The tag of a granule's readers after one more read: of this warp, and of no other in this interval, or of many.
struct Reader {
  uint64_t me, warp, barrier, synced;
  uint64_t with(uint64_t old, uint64_t lane) const {
    const uint64_t mine = me | lane;
    // reads of this warp before its last __syncwarp are ordered for this warp, and this newer read stands for them before all others
    const uint64_t of_same = old >= synced && (old ^ mine) & kLaneField ? mine | kLaneField : mine;
    const uint64_t merged = (old & kWarpField) == warp ? of_same : mine | kWarpField | kLaneField;
    return old < barrier ? mine : merged;
  }
};

// Few and far between: a granule counts as read by strong accesses only if all its readers of this interval were.
void note_strong_read(Warp& w, const Pattern& p, const Reader& reader, uint32_t first) {
  constexpr uint64_t kAtomic = 1ull << 31;
  for (int k = 0; k < p.granules; k++) {
    uint64_t& tag = w.worker->read_tags[first + uint32_t(p.granule[size_t(k)])];
    const bool alone = tag < reader.barrier || (tag & kAtomic);
    tag = reader.with(tag, p.lane_field[size_t(k)]) | (alone ? kAtomic : 0);
  }
}

void note_read(Warp& w, const Op* op, const Pattern& p, uint32_t first) {
  Worker& worker = *w.worker;
  const Block& b = *w.block;
  const Reader reader{Tag::make(b.clock, false, w.id, 0, op->site), uint64_t(w.id) << 25, uint64_t(b.barrier_stamp) << 32,
                      uint64_t(w.sync_stamp) << 32};
  if (__builtin_expect(is_strong(op), 0)) return note_strong_read(w, p, reader, first);
  uint64_t* const reads = worker.read_tags.data() + first;
  const int n = p.granules;
  const uint64_t* lane = p.lane_field.data();
  if (!p.granules_contiguous) {
    const int32_t* granule = p.granule.data();
    for (int k = 0; k < n; k++) reads[granule[k]] = reader.with(reads[granule[k]], lane[k]);
    return;
  }
  const uint32_t from = first + uint32_t(p.granule[0]);
  GranuleRow& row = worker.rows[from >> kRowShift];
  const bool one_row = from >> kRowShift == (from + uint32_t(n) - 1) >> kRowShift;
  if (one_row && row.read >= b.barrier_stamp) return;  // many read it: one more changes nothing
  uint64_t* t = worker.read_tags.data() + from;
  uint64_t all = ~0ull;
#pragma GCC ivdep
  for (int k = 0; k < n; k++) {
    t[k] = reader.with(t[k], lane[k]);
    all &= t[k];
  }
  if (one_row && n == 1 << kRowShift && (all & (kWarpField | kLaneField)) == (kWarpField | kLaneField)) row.read = b.clock;
}

// Whether some granule was accessed in this interval by another thread than the one that writes it now.
bool met(const Warp& w, const Pattern& p, uint64_t me, const uint64_t* tags) {
  const uint64_t barrier = uint64_t(w.block->barrier_stamp) << 32;
  const uint64_t* lane = p.lane_field.data();
  const uint64_t always = p.many ? 1 : 0;  // several lanes write one granule: each is another one than some
  uint64_t others = 0;
  const auto look = [&](uint64_t tag, uint64_t mine) {
    others |= tag >= barrier ? ((tag ^ mine) & (kWarpField | kLaneField)) | always : 0;
  };
  const int n = p.granules;
  if (p.granules_contiguous) {
    const uint64_t* t = tags + p.granule[0];
    for (int k = 0; k < n; k++) look(t[k], me | lane[k]);
  } else {
    const int32_t* granule = p.granule.data();
    for (int k = 0; k < n; k++) look(tags[granule[k]], me | lane[k]);
  }
  return others != 0;
}

void note_write(Warp& w, const Pattern& p, uint64_t me, uint32_t first) {
  Worker& worker = *w.worker;
  const uint32_t now = w.block->clock;
  const uint64_t* lane = p.lane_field.data();
  const int n = p.granules;
  if (!p.granules_contiguous) {
    const int32_t* granule = p.granule.data();
    for (int k = 0; k < n; k++) {
      worker.write_tags[first + uint32_t(granule[k])] = me | lane[k];
      worker.rows[(first + uint32_t(granule[k])) >> kRowShift].written = now;
    }
    return;
  }
  const uint32_t from = first + uint32_t(p.granule[0]), end = from + uint32_t(n);
  uint64_t* t = worker.write_tags.data() + from;
  for (int k = 0; k < n; k++) t[k] = me | lane[k];
  for (uint32_t row = from >> kRowShift; row <= (end - 1) >> kRowShift; row++) {
    worker.rows[row].written = now;
    if (from <= row << kRowShift && (row + 1) << kRowShift <= end) worker.rows[row].filled = now;
  }
}

}  // namespace

void shadow_warp_sync(Warp& w, uint32_t lanes) {
  if (!(w.all & ~lanes)) return order_warp(w);
  if (!w.lane_order) w.lane_order = std::make_unique<LaneOrder>();
  auto& seen = w.lane_order->seen;
  std::array<uint32_t, kLanes> together{};
  for (uint32_t m = lanes; m; m &= m - 1)
    for (unsigned i = 0; i < kLanes; i++) together[i] = std::max(together[i], seen[first_lane(m)][i]);
  const uint32_t now = ++w.block->clock;
  for (uint32_t m = lanes; m; m &= m - 1) together[first_lane(m)] = now;
  for (uint32_t m = lanes; m; m &= m - 1) seen[first_lane(m)] = together;
}

void shadow_read(Warp& w, const Op* op, const Pattern& p, uint32_t base) {
  const Worker& worker = *w.worker;
  const uint32_t first = base >> worker.granule_shift;
  const bool in_rows = p.granules_contiguous && p.granules > 1;
  if (!(in_rows && written_before(worker, *w.block, first + uint32_t(p.granule[0]), uint32_t(p.granules))) &&
      __builtin_expect(!each_written_before(*w.block, p, worker.write_tags.data() + first), 0))
    suspicious_read(w, op, p, base, is_strong(op) ? AccessKind::atomic : AccessKind::read);
  if (!(worker.checks & kRacecheck)) return;
  note_read(w, op, p, first);
  acquire(w, op, p, first);
}

void shadow_write(Warp& w, const Op* op, const Pattern& p, uint32_t base, bool atomic, const StoreValues* values) {
  Worker& worker = *w.worker;
  const bool strong = atomic || is_strong(op);
  const AccessKind kind = strong ? AccessKind::atomic : AccessKind::write;
  const uint32_t first = base >> worker.granule_shift;
  const uint64_t* writes = worker.write_tags.data() + first;
  const uint64_t* reads = worker.read_tags.data() + first;
  const bool races = worker.checks & kRacecheck;
  if (races) release(w, op, p, first);
  if (atomic && __builtin_expect(!each_written_before(*w.block, p, writes), 0)) suspicious_read(w, op, p, base, kind);
  const uint64_t me = Tag::make(w.block->clock, strong, w.id, 0, op->site);
  if (races && __builtin_expect((!atomic && met(w, p, me, writes)) || met(w, p, me, reads), 0)) {
    const uint64_t barrier = uint64_t(w.block->barrier_stamp) << 32;
    for (int k = 0; k < p.granules; k++) {
      const uint32_t granule = first + uint32_t(p.granule[size_t(k)]);
      const uint64_t wt = worker.write_tags[granule], rt = worker.read_tags[granule];
      if (wt >= barrier && !atomic) conflict(w, op, p, base, granule, p.lane[size_t(k)], wt, kind, true, values);
      if (rt >= barrier) conflict(w, op, p, base, granule, p.lane[size_t(k)], rt, kind, false, nullptr);
    }
  }
  if (!strong && p.many && races && values) same_instruction(w, op, p, base, *values);
  if (races) acquire(w, op, p, first);
  note_write(w, p, me, first);
}

}  // namespace wg
