#include "access.h"

#include <algorithm>
#include <cstring>

namespace wg {
namespace {

enum Kind : uint8_t { kShared, kGlobal, kConstantBank };

unsigned first_of(uint32_t mask) { return unsigned(__builtin_ctz(mask)); }

// Everything that follows from the offsets alone.
void describe(Pattern& p) {
  const auto bytes = int32_t(p.bytes);
  const unsigned first = first_of(p.mask);
  p.low = p.high = 0;
  p.aligned = true;
  bool same = true, one_run = true;
  for (uint32_t m = p.mask; m; m &= m - 1) {
    const unsigned lane = first_of(m);
    const int32_t d = p.delta[lane];
    p.low = std::min(p.low, d);
    p.high = std::max(p.high, d);
    p.aligned &= d % bytes == 0;
    same &= d == 0;
    one_run &= d == int32_t(lane - first) * bytes;
  }
  p.span = uint64_t(int64_t(p.high) - p.low) + p.bytes;
  bool regular = p.mask == ~0u;
  p.runs = 0;
  for (unsigned s = 0; s < kSegments && regular; s++) {
    const int32_t* d = p.delta + s * kSegmentLanes;
    bool one = true, run = true;
    for (unsigned i = 0; i < kSegmentLanes; i++) {
      one &= d[i] == d[0];
      run &= d[i] == d[0] + int32_t(i) * bytes;
    }
    regular = one || run;
    p.runs = uint8_t(p.runs | unsigned(run) << s);
  }
  using Shape = Pattern::Shape;
  p.shape = same ? Shape::broadcast : one_run ? Shape::run : regular ? Shape::segments : Shape::any;
  p.gapless = one_run && !(p.mask & (p.mask + (p.mask & -p.mask)));
}

// Wavefronts: 8- and 16-byte accesses are served for groups of 16 and 8 lanes; in a group each bank delivers one word a wavefront, and
// lanes that want the same word share it. Groups that want the very same words share their wavefronts as well.
void count_wavefronts(Pattern& p, const uint32_t* address) {
  const unsigned words = std::max(1u, p.bytes / 4), group_lanes = kSegments * kSegmentLanes / words;
  uint32_t total = 0, least = 0;
  uint32_t sets[2][32];
  unsigned previous_size = 0;
  for (unsigned g = 0; g < words; g++) {
    uint32_t *touched = sets[g & 1], *end = touched;
    const uint32_t* previous = sets[~g & 1];
    for (uint32_t m = p.mask; m; m &= m - 1)
      if (const unsigned lane = first_of(m); lane / group_lanes == g)
        for (unsigned k = 0; k < words; k++) *end++ = address[lane] / 4 + k;
    if (end == touched) continue;
    std::sort(touched, end);
    end = std::unique(touched, end);
    const auto size = unsigned(end - touched);
    const bool repeated = size == previous_size && std::equal(touched, end, previous);
    previous_size = size;
    if (repeated) continue;
    uint32_t per_bank[32] = {};
    uint32_t deepest = 0;
    for (const uint32_t* word = touched; word != end; word++) deepest = std::max(deepest, ++per_bank[*word & 31]);
    total += deepest;
    least += 1;
  }
  p.cost = total;
  p.conflicts = total - least;
}

void list_granules(Pattern& p, const uint32_t* address, int granule_shift) {
  p.granule.clear();
  p.lane.clear();
  p.lane_field.clear();
  p.granules = 0;
  p.many = false;
  if (granule_shift < 0) return;
  const uint32_t first = address[first_of(p.mask)] >> granule_shift;
  const unsigned units = std::max(1u, p.bytes >> granule_shift);
  std::vector<std::pair<int32_t, uint8_t>> all;
  for (uint32_t m = p.mask; m; m &= m - 1) {
    const unsigned lane = first_of(m);
    for (unsigned k = 0; k < units; k++) all.push_back({int32_t((address[lane] >> granule_shift) + k - first), uint8_t(lane)});
  }
  std::sort(all.begin(), all.end());
  for (auto [g, lane] : all) {
    if (!p.granule.empty() && p.granule.back() == g) {
      if (p.lane.back() != lane) p.lane.back() = kManyLanes;
    } else {
      p.granule.push_back(g);
      p.lane.push_back(lane);
    }
  }
  for (uint8_t l : p.lane) {
    p.many |= l == kManyLanes;
    p.lane_field.push_back(uint64_t(l) << kLaneShift);
  }
  p.granules = int(p.granule.size());
  p.granules_contiguous = p.granule.back() - p.granule.front() + 1 == int32_t(p.granule.size());
}

uint32_t different_addresses(const uint64_t* address, uint32_t mask) {
  uint64_t all[32];
  size_t n = 0;
  for (uint32_t m = mask; m; m &= m - 1) all[n++] = address[first_of(m)];
  std::sort(all, all + n);
  return uint32_t(std::unique(all, all + n) - all);
}

}  // namespace

Pattern* PatternTable::place(uint8_t kind, const auto* address, uint32_t mask, unsigned bytes, uint32_t residue, bool* known) {
  alignas(64) int32_t delta[32];
  const auto base = address[first_of(mask)];
  uint32_t hash = 0;
  for (unsigned i = 0; i < 32; i++) {
    delta[i] = mask >> i & 1 ? int32_t(address[i] - base) : 0;
    hash += uint32_t(delta[i]) * (2 * i + 1) * 0x9e3779b1u;
  }
  hash = (hash ^ mask ^ residue << 8 ^ bytes << 16 ^ uint32_t(kind) << 24) * 0x85ebca6bu;
  // One of a few places; if none of them has it, the one that was filled first is given away.
  constexpr size_t kWays = 4;
  static_assert(kPlaces == kWays << 6);
  std::unique_ptr<Pattern>* const ways = &patterns_[(hash >> 26) * kWays];
  std::unique_ptr<Pattern>* oldest = ways;
  for (std::unique_ptr<Pattern>* at = ways; at != ways + kWays; at++) {
    if (!*at) *at = std::make_unique<Pattern>();
    const Pattern& p = **at;
    *known = p.mask == mask && p.kind == kind && p.bytes == bytes && p.residue == residue && !std::memcmp(p.delta, delta, sizeof delta);
    if (*known) return at->get();
    if (p.serial < (*oldest)->serial) oldest = at;
  }
  Pattern& p = **oldest;
  std::memcpy(p.delta, delta, sizeof delta);
  p.mask = mask;
  p.kind = kind;
  p.bytes = bytes;
  p.residue = residue;
  p.serial = ++serial_;
  p.reach = {};
  describe(p);
  return &p;
}

Pattern* PatternTable::shared(const uint32_t* address, uint32_t mask, unsigned bytes, int granule_shift) {
  bool known = false;
  Pattern* p = place(kShared, address, mask, bytes, address[first_of(mask)] & 3, &known);
  if (known) return p;
  count_wavefronts(*p, address);
  list_granules(*p, address, granule_shift);
  return p;
}

Pattern* PatternTable::global(const uint64_t* address, uint32_t mask, unsigned bytes) {
  bool known = false;
  Pattern* p = place(kGlobal, address, mask, bytes, uint32_t(address[first_of(mask)]) & 31, &known);
  if (!known) {
    const uint64_t first = address[first_of(mask)] >> 5;
    uint64_t sector[kMostSectors];
    p->cost = sectors_of(address, mask, bytes, sector);
    p->sector_runs.clear();
    for (uint32_t i = 0; i < p->cost; i++) {
      if (i && sector[i] == sector[i - 1] + 1) p->sector_runs.back().second++;
      else p->sector_runs.push_back({int32_t(sector[i] - first), 1});
    }
    p->sector_set = number_of(p->sector_runs);
  }
  return p;
}

uint32_t PatternTable::number_of(const SectorRuns& runs) {
  constexpr size_t kMost = 4096;  // of an irregular kernel each pattern may be another: those get a number of their own
  if (sector_sets_.size() >= kMost) {
    const auto known = sector_sets_.find(runs);
    return known == sector_sets_.end() ? ++last_set_ : known->second;
  }
  const auto [at, added] = sector_sets_.try_emplace(runs, last_set_ + 1);
  last_set_ += added;
  return at->second;
}

Pattern* PatternTable::constant(const uint64_t* address, uint32_t mask, unsigned bytes) {
  bool known = false;
  Pattern* p = place(kConstantBank, address, mask, bytes, uint32_t(address[first_of(mask)]) & 31, &known);
  if (!known) p->cost = different_addresses(address, mask);
  return p;
}

uint32_t sectors_of(const uint64_t* address, uint32_t mask, unsigned bytes) {
  uint64_t sector[kMostSectors];
  return sectors_of(address, mask, bytes, sector);
}

uint32_t sectors_of(const uint64_t* address, uint32_t mask, unsigned bytes, uint64_t* sector) {
  int count = 0;
  for (uint32_t m = mask; m; m &= m - 1) {
    const uint64_t from = address[first_of(m)];
    sector[count++] = from >> 5;
    if ((from + bytes - 1) >> 5 != from >> 5) sector[count++] = (from + bytes - 1) >> 5;
  }
  std::sort(sector, sector + count);
  return uint32_t(std::unique(sector, sector + count) - sector);
}

}  // namespace wg
