// Access patterns of one warp-wide memory instruction: what it costs (sectors, wavefronts) depends only on the lanes' offsets from the
// first one, so patterns are kept and each instruction remembers those it met last. Costs follow the memory model that Nsight Compute
// documents: a global request moves 32-byte sectors; shared memory has 32 banks of 4 bytes.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "picture.h"
#include "touched.h"

namespace wg {

struct Allocation;

struct AccessCount {
  uint64_t requests = 0, sectors = 0;  // global
  uint64_t shared_requests = 0, wavefronts = 0, conflicts = 0;
  uint64_t local_requests = 0, local_sectors = 0;
  uint64_t constant_requests = 0;
};

// Groups of 8 lanes, the unit in which regular patterns are moved: each reads one run of elements or one element for all.
constexpr unsigned kSegments = 4, kSegmentLanes = 8;

// How the checker of races in global memory sees a pattern, in its own granules: a few windows of 64 of them, or lanes anyhow.
struct Reach {
  enum Kind : uint8_t { unknown, windows, scattered } kind = unknown;
  uint8_t count = 0;  // of windows
  struct Window {
    uint32_t from, width;  // first granule behind the lowest one; up to the last one touched
    uint64_t granules;     // touched, from there on
  } window[8];
};

using SectorRuns = std::vector<std::pair<int32_t, uint32_t>>;

// Lanes' byte offsets relative to the first active lane, and what follows from them. `bytes` is the size that each lane accesses.
struct Pattern {
  enum class Shape : uint8_t {
    any,
    segments,   // a full warp in which every segment is a run or a broadcast
    run,        // active lane i is i - first lane elements away
    broadcast,  // all active lanes have one address
  };
  uint32_t mask = 0;  // 0: fits no access
  uint32_t serial = 0;
  uint8_t kind = 0;  // of access: the PatternTable's own
  Shape shape = Shape::any;
  uint8_t runs = 0;           // bit s: segment s is a run (otherwise a broadcast), if the warp is full and all segments are either
  bool gapless = false;       // a run of neighbouring lanes
  bool aligned = true;        // all deltas are multiples of the access size
  uint32_t residue = 0;       // address of the first lane modulo 32 (global) or 4 (shared): part of the key
  uint32_t bytes = 0;         // accessed by each lane
  int32_t low = 0, high = 0;  // smallest and largest delta
  uint64_t span = 0;          // bytes from the lowest to the end of the highest lane's
  uint32_t cost = 0;          // sectors or wavefronts; for constant memory the different addresses
  // Global memory: the sectors as runs side by side, {first, how many}, counted from the first lane's. The residue fixes them.
  SectorRuns sector_runs;
  uint32_t sector_set = 0;        // a number for these runs: patterns of the same number touch the same sectors
  uint32_t conflicts = 0;         // wavefronts beyond the fewest that this width needs
  alignas(64) int32_t delta[32];  // 0 for inactive lanes
  // distinct granules touched, relative to the first lane's granule, with the lane that touches it (kManyLanes: several do)
  int granules = 0;
  std::vector<int32_t> granule;
  std::vector<uint8_t> lane;
  std::vector<uint64_t> lane_field;  // lane, where tags hold it (shadow.h)
  bool many = false;                 // some granule is touched by several lanes
  mutable Reach reach;               // worked out when first asked for
  bool granules_contiguous = false;  // granule[i] == granule[0] + i
};
inline const Pattern kNoPattern{};
constexpr uint8_t kManyLanes = 63;
constexpr unsigned kLaneShift = 19;  // of the lane in a tag

// The patterns that a worker met, each kept once however many instructions have it: a few dozen stay in the nearest cache where a set for
// each instruction would not.
class PatternTable {
 public:
  PatternTable() : patterns_(kPlaces) {}
  // `address` are the lanes' addresses (inactive lanes are ignored). granule_shift: log2 of the shadow's unit in bytes; negative: no
  // granule list wanted.
  Pattern* shared(const uint32_t* address, uint32_t mask, unsigned bytes, int granule_shift);
  // The lanes are less than 2^31 bytes apart.
  Pattern* global(const uint64_t* address, uint32_t mask, unsigned bytes);
  // The constant cache answers one address at a time: a request is split into as many (CUDA C++ Programming Guide, "Constant memory").
  Pattern* constant(const uint64_t* address, uint32_t mask, unsigned bytes);

 private:
  static constexpr size_t kPlaces = 256;
  // The place of a pattern with these offsets; `known` tells whether it is there already, otherwise the caller works out what it costs.
  Pattern* place(uint8_t kind, const auto* address, uint32_t mask, unsigned bytes, uint32_t residue, bool* known);
  uint32_t number_of(const SectorRuns& runs);

  std::vector<std::unique_ptr<Pattern>> patterns_;
  std::map<SectorRuns, uint32_t> sector_sets_;
  uint32_t last_set_ = 0;
  uint32_t serial_ = 0;
};

// How many sectors lanes anywhere touch, and which: their numbers, ascending.
constexpr unsigned kMostSectors = 64;  // an access of 16 bytes lies in two at most
uint32_t sectors_of(const uint64_t* address, uint32_t mask, unsigned bytes);
uint32_t sectors_of(const uint64_t* address, uint32_t mask, unsigned bytes, uint64_t* sector);

// What a memory instruction remembers of a pattern that it met. The table may have given its place to another since: `serial` tells.
struct KnownPattern {
  const Pattern* pattern = &kNoPattern;
  uint32_t serial = 0;
  uint32_t pictured = 0;  // where in its 128 bytes the first lane was when a picture was taken: a bit for each place
};

struct SharedSite {
  KnownPattern known[2];
  uint8_t victim = 0;
  std::unique_ptr<AccessPicture> worst;  // of all that this worker saw here
};

struct GlobalSite {
  KnownPattern known[8];             // by the first lane's word in its sector
  Allocation* allocation = nullptr;  // hit last
  uint64_t last = 0;                 // address of the first lane: the next one is often as far from it again
  const Allocation* touched_in = nullptr;
  TouchedSectors::Of* touched = nullptr;  // of that one
  uint64_t marked_from = 0;               // in it, last: the first lane's sector
  uint32_t marked_set = 0;                // and the pattern's set of sectors; 0: nothing yet
  std::unique_ptr<AccessPicture> worst;
};

}  // namespace wg
