// Memory spaces: how an access that is written for each space (a class with the static functions global, shared and, where the instruction
// has it, local) becomes the handler of an instruction that names its space, or of one with a generic address.
#pragma once
#include "../access_ops.h"

namespace wg {

template <class Access>
concept HasLocal = requires(Warp& w, const Op* op, const uint64_t* offset) { Access::local(w, op, offset); };

template <class Access>
[[gnu::noinline]] const Op* in_global(Warp& w, const Op* op) {
  alignas(64) uint64_t address[kLanes];
  lane_addresses(w, op, address);
  return Access::global(w, op, address) ? next(op) : nullptr;
}
template <class Access>
[[gnu::noinline]] const Op* in_shared(Warp& w, const Op* op) {
  alignas(64) uint32_t address[kLanes];
  lane_addresses(w, op, address);
  return Access::shared(w, op, address) ? next(op) : nullptr;
}
// Most accesses go the short way (access_known.h): the instruction remembers the lanes' pattern. If not, nothing has happened yet.
template <class Access>
const Op* in_global_known(Warp& w, const Op* op) {
  return __builtin_expect(Access::global_known(w, op), 1) ? next(op) : in_global<Access>(w, op);
}
template <class Access>
const Op* in_shared_known(Warp& w, const Op* op) {
  return __builtin_expect(Access::shared_known(w, op), 1) ? next(op) : in_shared<Access>(w, op);
}
template <class Access>
const Op* in_local(Warp& w, const Op* op) {
  alignas(64) uint64_t address[kLanes];
  lane_addresses(w, op, address);
  return Access::local(w, op, address) ? next(op) : nullptr;
}
// A generic address belongs to shared or local memory if it lies in that window; lanes may differ.
template <class Access>
const Op* in_generic(Warp& w, const Op* op) {
  alignas(64) uint64_t address[kLanes];
  lane_addresses(w, op, address);
  uint32_t shared = 0, local = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    shared |= uint32_t(address[i] - kSharedWindow < kWindowBytes) << i;
    local |= uint32_t(address[i] - kLocalWindow < kWindowBytes) << i;
  }
  const uint32_t all = w.mask;
  shared &= all;
  local &= HasLocal<Access> ? all : 0;  // without it a local address is looked up as a global one, and reported
  bool good = true;
  if (const uint32_t rest = all & ~shared & ~local; rest) {
    w.mask = rest;
    good = Access::global(w, op, address);
  }
  if (good && shared) {
    w.mask = shared;
    alignas(64) uint32_t offset[kLanes];
    for (unsigned i = 0; i < kLanes; i++)
      offset[i] = address[i] - kSharedWindow > 0xffffffffu ? 0xffffffffu : uint32_t(address[i] - kSharedWindow);
    good = Access::shared(w, op, offset);
  }
  if constexpr (HasLocal<Access>) {
    if (good && local) {
      w.mask = local;
      for (unsigned i = 0; i < kLanes; i++) address[i] -= kLocalWindow;
      good = Access::local(w, op, address);
    }
  }
  w.mask = all;
  return good ? next(op) : nullptr;
}

}  // namespace wg
