#include "access.h"

#include <algorithm>

namespace wg {
namespace {

struct Lane {
  uint64_t address;
  uint8_t lane;
};

int active_lanes(const auto* address, uint32_t mask, Lane* out) {
  int n = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    const unsigned i = unsigned(__builtin_ctz(m));
    out[n++] = {address[i], uint8_t(i)};
  }
  return n;
}

void relative(Pattern& p, const Lane* lanes, int n, uint32_t mask, unsigned bytes) {
  p.pictured = 0;
  p.mask = mask;
  p.bytes = bytes;
  std::fill(p.delta, p.delta + 32, 0);
  p.low = p.high = 0;
  p.aligned = true;
  bool same = true;
  for (int i = 0; i < n; i++) {
    const int32_t d = int32_t(lanes[i].address - lanes[0].address);
    p.delta[lanes[i].lane] = d;
    p.low = std::min(p.low, d);
    p.high = std::max(p.high, d);
    p.aligned &= d % int32_t(bytes) == 0;
    same &= d == 0;
  }
  p.broadcast = same;
  p.regular = mask == ~0u;
  p.runs = 0;
  for (unsigned s = 0; s < kSegments && p.regular; s++) {
    const int32_t* d = p.delta + s * kSegmentLanes;
    bool one = true, run = true;
    for (unsigned i = 0; i < kSegmentLanes; i++) {
      one &= d[i] == d[0];
      run &= d[i] == d[0] + int32_t(i * bytes);
    }
    p.regular = one || run;
    p.runs = uint8_t(p.runs | unsigned(run) << s);
  }
}

}  // namespace

void make_shared_pattern(Pattern& p, const uint32_t* address, uint32_t mask, unsigned bytes, int granule_shift) {
  Lane lanes[32] = {};
  const int n = active_lanes(address, mask, lanes);
  relative(p, lanes, n, mask, bytes);
  p.residue = uint32_t(lanes[0].address) & 3;

  // Wavefronts: 8- and 16-byte accesses are served for groups of 16 and 8 lanes; in a group each bank delivers one word a wavefront, and
  // lanes that want the same word share it. Groups that want the very same words share their wavefronts as well.
  const unsigned words = std::max(1u, bytes / 4), group_lanes = 32 / words;
  uint32_t total = 0, least = 0;
  std::vector<uint64_t> previous;
  for (unsigned g = 0; g < words; g++) {
    std::vector<uint64_t> touched;
    for (int i = 0; i < n; i++)
      if (lanes[i].lane / group_lanes == g)
        for (unsigned k = 0; k < words; k++) touched.push_back(lanes[i].address / 4 + k);
    if (touched.empty()) continue;
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    if (touched == previous) continue;
    uint32_t per_bank[32] = {};
    uint32_t deepest = 0;
    for (uint64_t word : touched) deepest = std::max(deepest, ++per_bank[word & 31]);
    total += deepest;
    least += 1;
    previous = std::move(touched);
  }
  p.cost = total;
  p.conflicts = total - least;

  p.granule.clear();
  p.lane.clear();
  p.lane_field.clear();
  if (granule_shift < 0) return;
  const uint64_t first = lanes[0].address >> granule_shift;
  std::vector<std::pair<int32_t, uint8_t>> all;
  const unsigned units = std::max(1u, bytes >> granule_shift);
  for (int i = 0; i < n; i++)
    for (unsigned k = 0; k < units; k++) all.push_back({int32_t((lanes[i].address >> granule_shift) + k - first), lanes[i].lane});
  std::sort(all.begin(), all.end());
  for (auto [g, lane] : all) {
    if (!p.granule.empty() && p.granule.back() == g) {
      if (p.lane.back() != lane) p.lane.back() = kManyLanes;
    } else {
      p.granule.push_back(g);
      p.lane.push_back(lane);
    }
  }
  p.many = false;
  for (uint8_t l : p.lane) {
    p.many |= l == kManyLanes;
    p.lane_field.push_back(uint64_t(l) << kLaneShift);
  }
  p.granules_contiguous = p.granule.back() - p.granule.front() + 1 == int32_t(p.granule.size());
}

void make_global_pattern(Pattern& p, const uint64_t* address, uint32_t mask, unsigned bytes) {
  Lane lanes[32] = {};
  const int n = active_lanes(address, mask, lanes);
  relative(p, lanes, n, mask, bytes);
  p.residue = uint32_t(lanes[0].address) & 31;
  uint64_t sector[64];
  int count = 0;
  for (int i = 0; i < n; i++) {
    sector[count++] = lanes[i].address >> 5;
    if (((lanes[i].address + bytes - 1) >> 5) != (lanes[i].address >> 5)) sector[count++] = (lanes[i].address + bytes - 1) >> 5;
  }
  std::sort(sector, sector + count);
  p.cost = uint32_t(std::unique(sector, sector + count) - sector);
  p.conflicts = 0;
}

uint32_t different_addresses(const uint64_t* address, uint32_t mask) {
  uint64_t all[32];
  size_t n = 0;
  for (uint32_t m = mask; m; m &= m - 1) all[n++] = address[__builtin_ctz(m)];
  std::sort(all, all + n);
  return uint32_t(std::unique(all, all + n) - all);
}

}  // namespace wg
