#include "picture.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace wg {

const char* name_of(AccessSpace space) { return space == AccessSpace::global ? "global" : "shared"; }

const char* name_of(Direction direction) { return direction == Direction::load ? "ld" : direction == Direction::store ? "st" : "atom"; }

uint32_t ideal_cost(AccessSpace space, uint32_t mask, unsigned bytes) {
  if (space == AccessSpace::global) return std::max(1u, (unsigned(std::popcount(mask)) * bytes + 31) / 32);
  // 8- and 16-byte accesses to shared memory are served for groups of 16 and 8 lanes.
  const unsigned groups = std::max(1u, bytes / 4), lanes = 32 / groups;
  uint32_t n = 0;
  for (unsigned g = 0; g < groups; g++) n += (mask >> (g * lanes) & (lanes == 32 ? ~0u : (1u << lanes) - 1)) != 0;
  return std::max(1u, n);
}

namespace {

std::strong_ordering by_offsets_last(const AccessPicture& a, const AccessPicture& b) {
  const auto beyond = [](const AccessPicture& p) { return int64_t(p.cost) - int64_t(p.ideal); };
  if (const auto more = beyond(b) <=> beyond(a); more != 0) return more;
  if (const auto ratio = uint64_t(b.cost) * a.ideal <=> uint64_t(a.cost) * b.ideal; ratio != 0) return ratio;
  if (a.cost != b.cost) return b.cost <=> a.cost;
  if (const int x = std::popcount(a.mask), y = std::popcount(b.mask); x != y) return y <=> x;
  auto rest = [](const AccessPicture& p) { return std::tie(p.residue, p.mask, p.space, p.direction, p.bytes); };
  return rest(a) <=> rest(b);
}

}  // namespace

bool worse_apart_from_offsets(const AccessPicture& a, const AccessPicture& b) { return by_offsets_last(a, b) < 0; }

bool worse(const AccessPicture& a, const AccessPicture& b) {
  const auto order = by_offsets_last(a, b);
  return order != 0 ? order < 0 : a.offset < b.offset;
}

void keep_worse(Pictures& known, const AccessPicture& picture) {
  const auto [at, fresh] = known.try_emplace(picture.space, picture);
  if (!fresh && worse(picture, at->second)) at->second = picture;
}

const AccessPicture& worst_of(const Pictures& pictures) {
  const AccessPicture* worst = nullptr;
  for (const auto& [space, picture] : pictures)
    if (!worst || worse(picture, *worst)) worst = &picture;
  return *worst;
}

}  // namespace wg
