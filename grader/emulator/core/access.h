// Access patterns of one warp-wide memory instruction: what it costs (sectors, wavefronts) depends only on the lanes' offsets from the
// first one, so each instruction remembers the patterns it saw last. Costs follow the memory model that Nsight Compute documents: a global
// request moves 32-byte sectors; shared memory has 32 banks of 4 bytes.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "picture.h"

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

// Lanes' byte offsets relative to the first active lane, and what follows from them. `bytes` is the size that each lane accesses.
struct Pattern {
  uint32_t mask = 0;              // 0: fits no access
  bool regular = false;           // a full warp in which every segment is a run or a broadcast
  uint8_t runs = 0;               // bit s: segment s is a run (otherwise a broadcast), if regular
  bool broadcast = false;         // all active lanes have one address
  uint32_t residue = 0;           // address of the first lane modulo 32 (global) or 4 (shared): part of the key
  alignas(64) int32_t delta[32];  // 0 for inactive lanes
  int32_t low = 0, high = 0;      // smallest and largest delta
  bool aligned = true;            // all deltas are multiples of the access size
  uint32_t cost = 0;              // sectors or wavefronts
  uint32_t conflicts = 0;         // wavefronts beyond the fewest that this width needs
  uint32_t pictured = 0;          // where in its 128 bytes the first lane was when a picture was taken: a bit for each place
  // distinct granules touched, relative to the first lane's granule, with the lane that touches it (kManyLanes: several do)
  std::vector<int32_t> granule;
  std::vector<uint8_t> lane;
  std::vector<uint64_t> lane_field;  // lane, where tags hold it (shadow.h)
  bool many = false;                 // some granule is touched by several lanes
  uint32_t bytes = 0;                // accessed by each lane
  bool granules_contiguous = false;  // granule[i] == granule[0] + i
};
constexpr uint8_t kManyLanes = 63;
constexpr unsigned kLaneShift = 19;  // of the lane in a tag

struct SharedSite {
  Pattern patterns[2];
  uint8_t victim = 0;
  std::unique_ptr<AccessPicture> worst;  // of all that this worker saw here
};

struct GlobalSite {
  Pattern patterns[8];
  Allocation* allocation = nullptr;  // hit last
  std::unique_ptr<AccessPicture> worst;
};

// `address` are the lanes' addresses (inactive lanes are ignored). granule_shift: log2 of the shadow's unit in bytes; negative: no granule
// list wanted.
void make_shared_pattern(Pattern& p, const uint32_t* address, uint32_t mask, unsigned bytes, int granule_shift);
void make_global_pattern(Pattern& p, const uint64_t* address, uint32_t mask, unsigned bytes);
// The constant cache answers one address at a time: a request is split into as many (CUDA C++ Programming Guide, "Constant memory").
uint32_t different_addresses(const uint64_t* address, uint32_t mask);

}  // namespace wg
