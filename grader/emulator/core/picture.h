// The picture of one warp-wide access: which lanes ask for which bytes, and what that costs. For a source position the device keeps the
// worst picture, so that people see why a line is slow.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <map>

namespace wg {

enum class Direction : uint8_t { load, store, atomic };
enum class AccessSpace : uint8_t { global, shared };

struct AccessPicture {
  AccessSpace space = AccessSpace::global;
  Direction direction = Direction::load;
  uint32_t bytes = 0;                 // accessed by each lane
  uint32_t mask = 0;                  // lanes that take part
  uint32_t residue = 0;               // the lowest address modulo 128: position in its line, or bank * 4 + byte
  uint32_t cost = 0;                  // sectors (global) or wavefronts (shared)
  uint32_t ideal = 1;                 // the fewest that so many lanes and bytes need when they lie side by side
  std::array<uint64_t, 32> offset{};  // from the lowest address; 0 for inactive lanes
};

const char* name_of(AccessSpace space);    // "global", "shared"
const char* name_of(Direction direction);  // "ld", "st", "atom"

// The fewest sectors or wavefronts for these lanes: no word is read for two of them, and none is skipped.
uint32_t ideal_cost(AccessSpace space, uint32_t mask, unsigned bytes);

// Whether a is a worse picture than b: more cost beyond the ideal, then more cost per ideal cost, then more cost, then an arbitrary but
// total order of what is in them, so that the worst of a set does not depend on the order in which it was seen.
bool worse(const AccessPicture& a, const AccessPicture& b);
bool worse_apart_from_offsets(const AccessPicture& a, const AccessPicture& b);  // false if only the offsets could tell

// The worst picture of each memory space at one place.
using Pictures = std::map<AccessSpace, AccessPicture>;
void keep_worse(Pictures& known, const AccessPicture& picture);
const AccessPicture& worst_of(const Pictures& pictures);  // of at least one

}  // namespace wg
