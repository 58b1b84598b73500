#include "async_copies.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "access_ops.h"

namespace wg {
namespace {

// f(word) for each word of shared memory that the lane's copy goes to.
template <class F>
void each_word(const PendingCopy& copy, unsigned lane, F f) {
  for (uint32_t at = copy.to[lane] / 4, end = (copy.to[lane] + copy.op->bytes + 3) / 4; at < end; at++) f(at);
}

// The bytes of these lanes arrive: a store of theirs at the copy's place in the program, done now.
bool arrive(Warp& w, PendingCopy& copy, uint32_t lanes) {
  Block& b = *w.block;
  copy.lanes &= ~lanes;
  if (b.copies_in_flight)
    for (uint32_t m = lanes; m; m &= m - 1)
      each_word(copy, first_lane(m), [&](uint32_t word) {
        InFlight& f = b.in_flight[word];
        if (f.site_and_one == copy.op->site + 1 && f.warp == w.id && f.lane == first_lane(m)) {
          f = {};
          b.copies_in_flight--;
        }
      });
  // That another copy is on its way to the same place was told when it started.
  const uint32_t all = std::exchange(w.mask, lanes), others = std::exchange(b.copies_in_flight, 0);
  const Pattern* p = access_shared(w, copy.op, copy.to.data(), copy.op->bytes, Direction::store);
  w.mask = all;
  b.copies_in_flight = others;
  if (!p) return false;
  for (uint32_t m = lanes; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    uint8_t* to = b.shared.data() + copy.to[i];
    std::memset(to + copy.bytes[i], 0, copy.op->bytes - copy.bytes[i]);
    if (copy.bytes[i]) std::memcpy(to, reinterpret_cast<const void*>(copy.from[i]), copy.bytes[i]);
  }
  return true;
}

}  // namespace

void start_copy(Warp& w, PendingCopy copy) {
  Block& b = *w.block;
  copy.group = w.copies.committed;
  if (w.worker->checks & kRacecheck) {
    if (b.in_flight.size() < b.shared.size() / 4 + 1) b.in_flight.resize(b.shared.size() / 4 + 1);
    for (uint32_t m = copy.lanes; m; m &= m - 1)
      each_word(copy, first_lane(m), [&](uint32_t word) {
        InFlight& f = b.in_flight[word];
        b.copies_in_flight += f.site_and_one == 0;
        f = {copy.op->site + 1, uint8_t(w.id), uint8_t(first_lane(m))};
      });
  }
  w.copies.copies.push_back(std::move(copy));
}

void commit_copies(Warp& w) {
  for (uint32_t m = w.mask; m; m &= m - 1) w.copies.committed[first_lane(m)]++;
}

bool await_copies(Warp& w, uint32_t groups, bool uncommitted) {
  auto& copies = w.copies.copies;
  for (PendingCopy& copy : copies) {
    uint32_t due = 0;
    for (uint32_t m = copy.lanes & w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      due |= uint32_t(uncommitted || w.copies.committed[i] - copy.group[i] > groups) << i;  // groups committed from the copy's own on
    }
    if (due && !arrive(w, copy, due)) return false;
  }
  std::erase_if(copies, [](const PendingCopy& copy) { return copy.lanes == 0; });
  return true;
}

bool touches_copies(Warp& w, const Op* op, const uint32_t* address, unsigned bytes, bool is_load) {
  bool any = false;
  for (uint32_t m = lanes_that_count(w, op); m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    for (uint32_t word = address[lane] / 4; word <= (address[lane] + bytes - 1) / 4; word++) {
      const InFlight f = w.block->in_flight[word];
      if (!f.site_and_one) continue;
      any = true;
      const uint32_t site = f.site_and_one - 1;
      const char* verdict = f.warp == w.id ? "RACE_WARP" : "RACE_SHARED";
      if (counted(w, verdict, op->site, site)) continue;
      const Dim3 t = thread_of(*w.block, f.warp, f.lane);
      char text[320];
      std::snprintf(
          text, sizeof text,
          "%s of shared address 0x%x by %s while an asynchronous copy (cp.async) by thread (%u,%u,%u) is on its way there: it has "
          "arrived when that thread has waited for it, and for other threads behind a barrier after that",
          is_load ? "Read" : "Write", word * 4, where(w, lane).c_str(), t.x, t.y, t.z);
      report(w, verdict, op->site, lane, text, site, f.warp, f.lane);
    }
  }
  return any;
}

void forget_copies(Block& block) {
  if (block.copies_in_flight) std::fill(block.in_flight.begin(), block.in_flight.end(), InFlight{});
  block.copies_in_flight = 0;
}

}  // namespace wg
