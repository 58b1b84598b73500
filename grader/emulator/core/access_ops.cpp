#include "access_known.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "text.h"

namespace wg {
namespace {

const char* verb(Direction d) { return d == Direction::load ? "read" : d == Direction::store ? "write" : "atomic update"; }

const Pattern* bad(Warp& w, const Op* op, unsigned lane, const char* verdict, int error, const std::string& message, uint64_t lanes = 1) {
  if (w.worker->checks & kMemcheck) report(w, verdict, op->site, lane, message, kNoSite, -1, -1, false, lanes);
  fault(w, error);
  return nullptr;
}

unsigned lanes_where(const Warp& w, auto test, unsigned* first) {
  unsigned n = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    if (test(lane) && n++ == 0) *first = lane;
  }
  return n;
}

bool row_at(const Allocation& sparse, uint64_t address) { return sparse.written[(address - sparse.base) / 4] != 0; }

std::string wrapped_text(const Allocation& a, uint64_t meant, unsigned size, uint64_t wraps) {
  return "element " + std::to_string((meant - a.base) / size) + " of " + a.name + " lies " + std::to_string(wraps << 32) +
         " elements further on: the index was computed in 32 bits and wrapped around";
}

// What an index of 32 bits says when the true one has more: the address is off by a multiple of 2^32 elements, and what it would be without
// that lies where no int reaches in a live allocation. Empty if it isn't so, and for an address right beside an allocation: that was missed
// by a little, and what lies 2^32 elements further on is another array by chance.
std::string wrapped_index(const Memory& memory, uint64_t address, unsigned bytes, unsigned element_bytes) {
  constexpr unsigned kWraps = 16;  // of 2^32 elements: with floats, 256 GiB, more than any card has
  constexpr uint64_t kBeside = 1 << 20;
  const Allocation* near = memory.nearest(address);
  if (near && !near->freed && address + kBeside > near->base && address < near->base + near->bytes + kBeside) return {};
  for (const unsigned size : {element_bytes, bytes}) {
    for (uint64_t wraps = 1; wraps <= kWraps; ++wraps) {
      const uint64_t meant = address + wraps * (uint64_t(size) << 32);
      const Allocation* a = memory.find(meant);
      if (!a || !a->contains(meant, bytes) || meant - a->base < uint64_t(size) << 31) continue;
      if (a->sparse && !row_at(*a, meant)) continue;  // no index means that: the address has another reason
      return wrapped_text(*a, meant, size, wraps);
    }
  }
  return {};
}

// The same for an address within a sparse allocation: nothing lies there, but one of its rows lies that far behind it.
std::string wrapped_within(const Allocation* a, uint64_t address, unsigned bytes, unsigned element_bytes) {
  if (!a || !a->sparse || !a->contains(address, bytes) || row_at(*a, address)) return {};
  for (const unsigned size : {element_bytes, bytes})
    for (uint64_t wraps = 1; a->contains(address + wraps * (uint64_t(size) << 32), bytes); ++wraps) {
      const uint64_t meant = address + wraps * (uint64_t(size) << 32);
      if (row_at(*a, meant)) return wrapped_text(*a, meant, size, wraps);
    }
  return {};
}

// Why one lane's address can't be used, in compute-sanitizer's words.
[[gnu::noinline]] const Pattern* bad_address(Warp& w, const Op* op, unsigned lane, const uint64_t* addresses, unsigned bytes,
                                             Direction direction) {
  const Memory& memory = *w.worker->launch->memory;
  const uint64_t address = addresses[lane];
  unsigned first = lane;
  const unsigned lanes = lanes_where(
      w,
      [&](unsigned l) {
        const Allocation* a = memory.find(addresses[l]);
        return !a || !a->contains(addresses[l], bytes);
      },
      &first);
  char head[160];
  std::snprintf(head, sizeof head, "Invalid __global__ %s of size %s by %s: address 0x%llx ", verb(direction), size_text(bytes).c_str(),
                where(w, lane).c_str(), static_cast<unsigned long long>(address));
  std::string text = head;
  const char* verdict = direction == Direction::load ? "OOB_READ" : "OOB_WRITE";
  if (const std::string wrapped = wrapped_index(memory, address, bytes, bytes / op->count); !wrapped.empty())
    return bad(w, op, lane, "INT_OVERFLOW", 700, text + "is out of bounds; " + wrapped, lanes);
  const Allocation* near = memory.nearest(address);
  constexpr uint64_t kBefore = 64ull << 30;  // a negative index leads there from the first allocation
  const bool device_range = (address >= kDeviceBase - kBefore && address < kDeviceBase + kDeviceBytes) || in_mapped_range(address);
  if (address < 4096) {
    text += "is out of bounds: a null pointer";
    if (address) text += " plus " + size_text(address);
  } else if (!device_range) {
    if (address > 0x10000 && address < 0x800000000000ull) {
      verdict = "HOST_POINTER";
      text += "is not device memory; it looks like a host pointer";
    } else {
      text += "is out of bounds: no device memory is there";
    }
  } else if (near && near->freed && near->contains(address, 1)) {
    verdict = "USE_AFTER_FREE";
    text += "lies in " + near->name + " (" + size_text(near->bytes) + "), which has been freed";
  } else if (near) {
    const bool after = address >= near->base;
    const uint64_t distance = after ? address - (near->base + near->bytes) : near->base - address;
    if (after && address < near->base + near->bytes)
      text += "is inside " + near->name + " (" + size_text(near->bytes) + ") but the access runs past its end";
    else
      text += "is " + (after && distance == 0 ? "right" : size_text(distance)) + (after ? " after the end of " : " before ") + near->name +
              " (" + size_text(near->bytes) + (near->freed ? ", freed)" : ")");
  } else {
    text += "is out of bounds: nothing is allocated";
  }
  return bad(w, op, lane, verdict, 700, text, lanes);
}

[[gnu::noinline]] const Pattern* misaligned(Warp& w, const Op* op, unsigned lane, uint64_t address, unsigned bytes, Direction direction,
                                            const char* space) {
  char text[200];
  std::snprintf(text, sizeof text, "Misaligned %s %s of size %s by %s: address 0x%llx is not a multiple of %u", space, verb(direction),
                size_text(bytes).c_str(), where(w, lane).c_str(), static_cast<unsigned long long>(address), bytes);
  return bad(w, op, lane, "MISALIGNED", 716, text);
}

// f() as if only these lanes executed the instruction.
template <class F>
void for_lanes(Warp& w, uint32_t lanes, F f) {
  if (!lanes) return;
  const uint32_t all = std::exchange(w.mask, lanes);
  f();
  w.mask = all;
}

// Whether some lanes' addresses lie between a sparse allocation's rows because an index wrapped around: then it is told. Unlike an address
// out of bounds it stops nothing.
[[gnu::noinline]] bool told_as_wrapped(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction) {
  const Memory& memory = *w.worker->launch->memory;
  const auto wrapped = [&](unsigned lane) { return wrapped_within(memory.find(address[lane]), address[lane], bytes, bytes / op->count); };
  unsigned first = 0;
  const unsigned n = lanes_where(w, [&](unsigned lane) { return !wrapped(lane).empty(); }, &first);
  if (n && !counted(w, "INT_OVERFLOW", op->site, kNoSite, false, n))
    report(w, "INT_OVERFLOW", op->site, first,
           std::string("Invalid __global__ ") + verb(direction) + " of size " + size_text(bytes) + " by " + where(w, first) +
               ": nothing lies at this address; " + wrapped(first),
           kNoSite, -1, -1, false, n);
  return n != 0;
}

[[gnu::noinline]] void check_written(Warp& w, const Op* op, const uint64_t* address, unsigned bytes) {
  const Memory& memory = *w.worker->launch->memory;
  const unsigned element_bytes = bytes / op->count;
  const auto missed = [&](unsigned lane) { return missed_elements(op, memory.written_elements(address[lane], op->count, element_bytes)); };
  unsigned first = 0;
  const unsigned n = lanes_where(w, [&](unsigned lane) { return missed(lane) != 0; }, &first);
  if (!n || told_as_wrapped(w, op, address, bytes, Direction::load)) return;
  if (counted(w, "UNINIT_READ", op->site, kNoSite, false, n)) return;
  const uint64_t at = address[first] + first_lane(missed(first)) * uint64_t(element_bytes);
  const Allocation* a = memory.find(at);
  char text[400];
  std::snprintf(text, sizeof text, "Uninitialized __global__ memory read of size %s by %s: byte %llu of %s (%s) was never written",
                size_text(element_bytes).c_str(), where(w, first).c_str(), static_cast<unsigned long long>(a ? at - a->base : 0),
                a ? a->name.c_str() : "memory", size_text(a ? a->bytes : 0).c_str());
  report(w, "UNINIT_READ", op->site, first, text, kNoSite, -1, -1, false, n);
}

// A write into what the assignment hands out to be read. It is done, and told.
[[gnu::noinline]] void check_inputs(Warp& w, const Op* op, const uint64_t* address, unsigned bytes) {
  const Memory& memory = *w.worker->launch->memory;
  const auto input_at = [&](unsigned lane) {
    const Allocation* a = memory.find(address[lane]);
    return a && a->input ? a : nullptr;
  };
  unsigned first = 0;
  const unsigned n = lanes_where(w, [&](unsigned lane) { return input_at(lane) != nullptr; }, &first);
  if (!n || counted(w, "INPUT_OVERWRITTEN", op->site, kNoSite, false, n)) return;
  const Allocation& a = *input_at(first);
  report(w, "INPUT_OVERWRITTEN", op->site, first,
         "Write of " + size_text(bytes) + " by " + where(w, first) + " into " + a.name + " (" + size_text(a.bytes) + ") at byte " +
             std::to_string(address[first] - a.base) + ": " + a.name + " is an input, which is only to be read",
         kNoSite, -1, -1, false, n);
}

// Marks the bytes at `offset` of an allocation as written. Whole words are written, not read and changed: threads may share them.
void mark(Allocation& a, uint64_t offset, uint64_t bytes) {
  if (bytes >= 4) std::memset(a.written.get() + offset / 4, 15, bytes / 4);
  else __atomic_fetch_or(&a.written[offset / 4], uint8_t(((1u << bytes) - 1) << (offset & 3)), __ATOMIC_RELAXED);
}

// After a store by lanes anywhere.
[[gnu::noinline]] void mark_each(Warp& w, const Op* op, const uint64_t* address, unsigned bytes) {
  const Memory& memory = *w.worker->launch->memory;
  told_as_wrapped(w, op, address, bytes, Direction::store);
  Allocation* a = nullptr;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const uint64_t at = address[first_lane(m)];
    if (!a || !a->contains(at, bytes)) a = memory.find(at);
    if (a && !a->fully_written) mark(*a, at - a->base, bytes);
  }
}

[[gnu::noinline]] const Pattern* shared_out_of_bounds(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction) {
  const uint32_t size = w.block->shared_bytes;
  unsigned lane = first_lane(w.mask);
  const unsigned lanes = lanes_where(w, [&](unsigned l) { return uint64_t(address[l]) + bytes > size; }, &lane);
  char text[240];
  std::snprintf(text, sizeof text,
                "Invalid __shared__ %s of size %s by %s: address 0x%x is out of bounds, the block has %u bytes of shared memory",
                verb(direction), size_text(bytes).c_str(), where(w, lane).c_str(), address[lane], size);
  return bad(w, op, lane, direction == Direction::load ? "OOB_READ" : "OOB_WRITE", 700, text, lanes);
}

[[gnu::noinline]] const Pattern* shared_misaligned(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction) {
  unsigned lane = first_lane(w.mask);
  lanes_where(w, [&](unsigned l) { return (address[l] & (bytes - 1)) != 0; }, &lane);
  return misaligned(w, op, lane, address[lane], bytes, direction, "__shared__");
}

// A pattern, or its place in its 128 bytes, is new to this worker: its picture is kept if it is the worst so far. A worker takes blocks in
// ascending order and notes each new worst in the block's record, so the worst over the records of the blocks that count is the worst of
// all that they did, whichever worker ran which. Lanes lie `distance(lane)` behind the lowest address.
template <class Distance>
[[gnu::noinline]] void take_picture(Warp& w, const Op* op, uint64_t lowest, uint32_t cost, AccessSpace space, Direction direction,
                                    unsigned bytes, std::unique_ptr<AccessPicture>& worst, Distance distance) {
  AccessPicture picture{space, direction, bytes, w.mask, uint32_t(lowest & 127), cost, ideal_cost(space, w.mask, bytes), {}};
  if (worst && worse_apart_from_offsets(*worst, picture)) return;
  for (uint32_t m = w.mask; m; m &= m - 1) picture.offset[first_lane(m)] = distance(first_lane(m));
  if (!worst) worst = std::make_unique<AccessPicture>(picture);
  else if (worse(picture, *worst)) *worst = picture;
  else return;
  w.block->record.pictures[{op->memory, space}] = picture;
}

// Notes the sectors that each lane reads and writes, for what DRAM would have to move, or the bus.
void touch_lanes(Warp& w, GlobalSite& site, Direction direction, const Allocation* within, unsigned bytes, auto address_of) {
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const uint64_t at = address_of(first_lane(m));
    const Allocation* a = within ? within : w.worker->launch->memory->find(at);
    if (!a) continue;
    if (a != site.touched_in) {
      site.touched = w.worker->launch->touched->of(*a);
      site.touched_in = a;
    }
    mark_touched(*site.touched, direction, at, at + bytes - 1);
  }
}

// One of the last two that the site has seen, or a new one in place of the older.
KnownPattern& shared_pattern(Warp& w, SharedSite& site, const uint32_t* address, unsigned bytes) {
  const uint32_t base = address[first_lane(w.mask)];
  if (KnownPattern* known = shared_known(site, address, base, w.mask, base & 3)) return *known;
  Worker& worker = *w.worker;
  const Pattern* p =
      worker.patterns.shared(address, w.mask, bytes, (worker.checks & (kRacecheck | kInitcheck)) ? int(worker.granule_shift) : -1);
  return site.known[site.victim ^= 1] = {p, p->serial, 0};
}

// Lanes 2^31 bytes apart or more.
[[gnu::noinline]] const Pattern* access_far(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction) {
  Worker& worker = *w.worker;
  uint64_t lowest = ~0ull;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    const Allocation* a = worker.launch->memory->find(address[lane]);
    if (!a || !a->contains(address[lane], bytes)) return bad_address(w, op, lane, address, bytes, direction);
    if (address[lane] & (bytes - 1)) return misaligned(w, op, lane, address[lane], bytes, direction, "__global__");
    lowest = std::min(lowest, address[lane]);
  }
  note_progress(w, op, direction);
  AccessCount& count = w.block->record.accesses[op->memory];
  if (op->flags & kConstant) {
    count.constant_requests += unsigned(__builtin_popcount(w.mask));
  } else {
    if (worker.races_global) check_races(w, op, address, bytes, direction);
    const uint32_t cost = sectors_of(address, w.mask, bytes);
    count.requests++;
    count.sectors += cost;
    touch_lanes(w, worker.global_sites[op->memory], direction, nullptr, bytes, [&](unsigned lane) { return address[lane]; });
    take_picture(w, op, lowest, cost, AccessSpace::global, direction, bytes, worker.global_sites[op->memory].worst,
                 [&](unsigned lane) { return address[lane] - lowest; });
  }
  if (direction != Direction::load && (worker.checks & kMemcheck)) check_inputs(w, op, address, bytes);
  if (reads(op, direction) && (worker.checks & kInitcheck))
    for_lanes(w, lanes_that_count(w, op), [&] { check_written(w, op, address, bytes); });
  if (direction != Direction::load && (worker.checks & kInitcheck)) mark_each(w, op, address, bytes);
  return &kNoPattern;
}

}  // namespace

void picture_shared(Warp& w, const Op* op, SharedSite& site, KnownPattern& known, uint32_t base, Direction direction) {
  const Pattern& p = *known.pattern;
  take_picture(w, op, uint64_t(int64_t(base) + p.low), p.cost, AccessSpace::shared, direction, p.bytes, site.worst,
               [&](unsigned lane) { return uint64_t(int64_t(p.delta[lane]) - p.low); });
}

void picture_global(Warp& w, const Op* op, GlobalSite& site, KnownPattern& known, uint64_t base, Direction direction) {
  const Pattern& p = *known.pattern;
  take_picture(w, op, base + uint64_t(int64_t(p.low)), p.cost, AccessSpace::global, direction, p.bytes, site.worst,
               [&](unsigned lane) { return uint64_t(int64_t(p.delta[lane]) - p.low); });
}

// What a copy is on its way to is told as such, and not as a race or as uninitialised again.
bool meets_copies(Warp& w, const Op* op, const Pattern& p, uint32_t base, Direction direction) {
  uint32_t address[kLanes];
  for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint32_t(p.delta[i]);
  return touches_copies(w, op, address, p.bytes, direction == Direction::load);
}

void shadow_some(Warp& w, const Op* op, const Pattern& p, uint32_t base, uint32_t lanes) {
  uint32_t address[kLanes];
  for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint32_t(p.delta[i]);
  for_lanes(w, lanes, [&] {
    const Pattern& of = *shared_pattern(w, w.worker->shared_sites[op->memory + 1], address, p.bytes).pattern;
    shadow_read(w, op, of, address[first_lane(lanes)]);
  });
}

void touch_each(Warp& w, GlobalSite& site, const Pattern& p, uint64_t base, Direction direction, const Allocation* within) {
  touch_lanes(w, site, direction, within, p.bytes, [&](unsigned lane) { return base + uint64_t(int64_t(p.delta[lane])); });
}

void look_closer(Warp& w, const Op* op, const Pattern& p, uint64_t base, Direction direction, const Allocation* within) {
  uint64_t address[kLanes];
  for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint64_t(int64_t(p.delta[i]));
  const unsigned checks = w.worker->checks;
  if (direction != Direction::load && (checks & kMemcheck) && !(within && !within->input)) check_inputs(w, op, address, p.bytes);
  if (reads(op, direction) && (checks & kInitcheck) && !(within && within->fully_written))
    for_lanes(w, lanes_that_count(w, op), [&] { check_written(w, op, address, p.bytes); });
  if (direction != Direction::load && (checks & kInitcheck) && !within) mark_each(w, op, address, p.bytes);
}

Allocation* find_within(const Warp& w, GlobalSite& site, const Pattern& p, uint64_t base) {
  Allocation* a = w.worker->launch->memory->find(base);
  const bool all = a && a->contains(base + uint64_t(int64_t(p.low)), p.span);
  return site.allocation = all ? a : nullptr;
}

void mark_within(Warp& w, const Op* op, Allocation& a, const Pattern& p, uint64_t base) {
  if (a.sparse) {
    uint64_t address[kLanes];
    for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint64_t(int64_t(p.delta[i]));
    told_as_wrapped(w, op, address, p.bytes, Direction::store);
  }
  const uint64_t offset = base - a.base;
  if (p.gapless && p.bytes >= 4) return mark(a, offset, uint64_t(p.high) + p.bytes);
  for (uint32_t m = w.mask; m; m &= m - 1) mark(a, offset + uint64_t(int64_t(p.delta[first_lane(m)])), p.bytes);
}

bool all_written(const Warp& w, const Allocation& a, const Pattern& p, uint64_t base) {
  if (p.bytes < 4) return false;
  const uint8_t* written = a.written.get() + (base - a.base) / 4;
  const auto words_written = [&](int64_t from, uint64_t count) {
    uint8_t all = 15;
    for (uint64_t k = 0; k < count; k++) all &= written[from + int64_t(k)];
    return all == 15;
  };
  if (p.gapless) return words_written(0, (uint64_t(p.high) + p.bytes) / 4);
  for (uint32_t m = w.mask; m; m &= m - 1)
    if (!words_written(p.delta[first_lane(m)] / 4, p.bytes / 4)) return false;
  return true;
}

const Pattern* access_shared(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction,
                             const StoreValues* values) {
  SharedSite& site = w.worker->shared_sites[op->memory];
  const uint32_t base = address[first_lane(w.mask)];
  KnownPattern& known = shared_pattern(w, site, address, bytes);
  if (!within_shared(w, *known.pattern, base)) return shared_out_of_bounds(w, op, address, bytes, direction);
  if (!aligned(*known.pattern, base)) return shared_misaligned(w, op, address, bytes, direction);
  count_shared(w, op, site, known, base, direction, values);
  return known.pattern;
}

bool check_shared(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, Direction direction) {
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const uint32_t at = address[first_lane(m)];
    if (uint64_t(at) + bytes > w.block->shared_bytes) return shared_out_of_bounds(w, op, address, bytes, direction);
    if (at & (bytes - 1)) return shared_misaligned(w, op, address, bytes, direction);
  }
  return true;
}

const Pattern* access_global(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, Direction direction) {
  Worker& worker = *w.worker;
  const unsigned first = first_lane(w.mask);
  const uint64_t base = address[first];
  uint64_t far = 0;
  for (unsigned i = 0; i < kLanes; i++) far |= ((address[i] - base + 0x40000000) >> 31) & (0 - uint64_t(w.mask >> i & 1));
  if (far) return access_far(w, op, address, bytes, direction);

  GlobalSite& site = worker.global_sites[op->memory];
  KnownPattern& known = site.known[base >> 2 & 7];
  if (!fits(known, address, base, w.mask, uint32_t(base) & 31)) {
    const Pattern* p =
        op->flags & kConstant ? worker.patterns.constant(address, w.mask, bytes) : worker.patterns.global(address, w.mask, bytes);
    known = {p, p->serial, 0};
  }
  Allocation* within = within_one(w, site, *known.pattern, base);
  if (!within)  // perhaps each in its own
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned lane = first_lane(m);
      const Allocation* of = worker.launch->memory->find(address[lane]);
      if (!of || !of->contains(address[lane], bytes)) return bad_address(w, op, lane, address, bytes, direction);
    }
  if (!aligned(*known.pattern, base)) {
    unsigned lane = first;
    lanes_where(w, [&](unsigned l) { return (address[l] & (bytes - 1)) != 0; }, &lane);
    return misaligned(w, op, lane, address[lane], bytes, direction, "__global__");
  }
  count_global(w, op, site, known, base, direction, within);
  return known.pattern;
}

bool access_local(Warp& w, const Op* op, const uint64_t* offset, unsigned bytes, Direction direction) {
  const uint64_t size = w.local.size() / kLanes;
  uint64_t sectors[kLanes];
  unsigned n = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    if (offset[lane] > size || bytes > size - offset[lane]) {
      char text[200];
      std::snprintf(text, sizeof text,
                    "Invalid __local__ %s of size %s by %s: offset %lld is out of bounds, a thread has %llu bytes of local memory",
                    verb(direction), size_text(bytes).c_str(), where(w, lane).c_str(), static_cast<long long>(offset[lane]),
                    static_cast<unsigned long long>(size));
      bad(w, op, lane, direction == Direction::load ? "OOB_READ" : "OOB_WRITE", 700, text);
      return false;
    }
    if (offset[lane] & (bytes - 1)) {
      misaligned(w, op, lane, offset[lane], bytes, direction, "__local__");
      return false;
    }
    // Local memory is interleaved by lane: word k of the 32 lanes lies together.
    const uint64_t at = (offset[lane] / 4 * kLanes + lane) * 4;
    sectors[n++] = at >> 5;
  }
  std::sort(sectors, sectors + n);
  n = unsigned(std::unique(sectors, sectors + n) - sectors);
  AccessCount& count = w.block->record.accesses[op->memory];
  count.local_requests++;
  count.local_sectors += n * (bytes > 4 ? bytes / 4 : 1);
  return true;
}

}  // namespace wg
