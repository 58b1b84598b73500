// Memory pools that clients share: one allocates and exports, another imports by the token that came over a descriptor. As much of CUDA's
// pool interface as sharing needs; what a pool would keep for later use isn't modelled.
#include <sys/random.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "session.h"

namespace wg {

using wire::Op;
using wire::PoolToken;

namespace {

constexpr size_t kPoolsAtOnce = 4096;
constexpr uint64_t kReservedStep = 32ull << 20;  // a pool takes memory from the card in pieces of this size
constexpr uint64_t kUsedStep = 512;              // and gives it out in multiples of this
enum Attribute : uint32_t { reuse_first = 1, reuse_last = 3, threshold = 4, reserved, reserved_high, used, used_high };

uint64_t round_up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }

// What all clients of this device have exported: token -> base -> bytes. An entry stays until the device ends, like its pages.
class Exports {
 public:
  void add(const PoolToken& token, uint64_t base, uint64_t bytes) {
    std::lock_guard lock(mutex_);
    pools_[key(token)][base] = bytes;
  }
  bool has(const PoolToken& token) {
    std::lock_guard lock(mutex_);
    return pools_.contains(key(token));
  }
  // 0 if there is no such allocation.
  uint64_t bytes(const PoolToken& token, uint64_t base) {
    std::lock_guard lock(mutex_);
    const auto pool = pools_.find(key(token));
    if (pool == pools_.end()) return 0;
    const auto found = pool->second.find(base);
    return found == pool->second.end() ? 0 : found->second;
  }

 private:
  using Key = std::pair<uint64_t, uint64_t>;
  static Key key(const PoolToken& token) { return {token.secret[0], token.secret[1]}; }
  std::mutex mutex_;
  std::map<Key, std::map<uint64_t, uint64_t>> pools_;
};

Exports& exports() {
  static Exports all;
  return all;
}

}  // namespace

int Session::pool_op(Request& r) {
  if (r.op == Op::pool_create) return pool_create(r);
  if (r.op == Op::pool_import) return pool_import(r);
  if (r.op == Op::pool_current) {
    out_.put(r.in.get<uint8_t>() ? wire::kDefaultPool : current_pool_);
    return note(r, r.in.ok() ? kSuccess : kInvalidValue);
  }
  const auto found = pools_.find(r.in.get<uint64_t>());
  if (!r.in.ok() || found == pools_.end()) return note(r, kInvalidValue);
  Pool& pool = found->second;
  switch (r.op) {
    case Op::pool_allocate: return pool_allocate(r, pool, r.in.get<uint64_t>());
    case Op::pool_get:
    case Op::pool_set: return pool_attribute(r, pool);
    case Op::pool_trim:
      if (const auto keep = r.in.get<uint64_t>(); keep < pool.reserved)
        pool.reserved = std::max(round_up(pool.used, kReservedStep), round_up(keep, kReservedStep));
      return note(r, r.in.ok() ? kSuccess : kInvalidValue);
    case Op::pool_use:
      if (pool.imported) return note(r, kInvalidValue);
      current_pool_ = found->first;
      return note(r, kSuccess);
    case Op::pool_import_pointer: return pool_import_pointer(r, pool);
    case Op::pool_token:
      if (pool.imported || found->first == wire::kDefaultPool) return note(r, kInvalidValue);
      out_.put(pool.token);
      return note(r, kSuccess);
    default:
      if (found->first == wire::kDefaultPool) return note(r, kInvalidValue);
      if (current_pool_ == found->first) current_pool_ = wire::kDefaultPool;
      pools_.erase(found);
      return note(r, kSuccess);
  }
}

int Session::pool_attribute(Request& r, Pool& pool) {
  const auto which = r.in.get<uint32_t>();
  uint64_t* const places[] = {&pool.reuse[0], &pool.reuse[1],      &pool.reuse[2], &pool.threshold,
                              &pool.reserved, &pool.reserved_high, &pool.used,     &pool.used_high};
  if (!r.in.ok() || which < reuse_first || which > used_high) return note(r, kInvalidValue);
  uint64_t& value = *places[which - reuse_first];
  if (r.op == Op::pool_get) {
    out_.put(value);
    return note(r, kSuccess);
  }
  const auto wanted = r.in.get<uint64_t>();
  const bool watermark = which == reserved_high || which == used_high;
  const bool settable = which <= reuse_last ? wanted <= 1 : which == threshold || (watermark && wanted == 0);
  if (!r.in.ok() || !settable) return note(r, kInvalidValue);
  value = !watermark ? wanted : which == used_high ? pool.used : pool.reserved;
  return note(r, kSuccess);
}

void Session::pool_charge(uint64_t handle, const Allocation& a) {
  Pool& pool = pools_[handle];
  pool_of_[a.base] = handle;
  pool.used += round_up(a.bytes, kUsedStep);
  pool.used_high = std::max(pool.used_high, pool.used);
  pool.reserved = std::max(pool.reserved, round_up(pool.used, kReservedStep));
  pool.reserved_high = std::max(pool.reserved_high, pool.reserved);
}

// Beyond its threshold a pool gives unused memory back; on a card that happens at the next synchronisation.
void Session::pool_credit(const Allocation& a) {
  const auto found = pool_of_.find(a.base);
  if (found == pool_of_.end()) return;
  if (const auto pool = pools_.find(found->second); pool != pools_.end()) {
    Pool& p = pool->second;
    p.used -= std::min(p.used, round_up(a.bytes, kUsedStep));
    p.reserved = std::max(round_up(p.used, kReservedStep), p.threshold >= p.reserved ? p.reserved : round_up(p.threshold, kReservedStep));
  }
  pool_of_.erase(found);
}

int Session::pool_create(Request& r) {
  Pool pool;
  if (pools_.size() >= kPoolsAtOnce || getrandom(&pool.token, sizeof pool.token, 0) != sizeof pool.token) return note(r, kMemoryAllocation);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  pools_[handle] = pool;
  out_.put(handle);
  return note(r, kSuccess);
}

// Lent from the start: what comes from a pool that can be exported may be imported at any time.
int Session::pool_allocate(Request& r, Pool& pool, uint64_t bytes) {
  if (!r.in.ok() || bytes == 0 || pool.imported) return note(r, kInvalidValue, bytes);
  const bool standard = &pool == &pools_[wire::kDefaultPool];  // not to be exported
  Allocation* a =
      memory_->allocate(bytes, AllocationKind::device, std::string(wire::name_of(r.api)) + " #" + std::to_string(allocations_ + 1));
  if (!a) return note(r, kMemoryAllocation, bytes);
  ++allocations_;
  a->phase = phase_;
  a->place = r.place;
  if (!standard) {
    memory_->lend(a);
    exports().add(pool.token, a->base, bytes);
  }
  const auto handle = std::find_if(pools_.begin(), pools_.end(), [&](const auto& row) { return &row.second == &pool; });
  pool_charge(handle->first, *a);
  out_.put(a->base);
  return note(r, kSuccess, bytes);
}

int Session::pool_import(Request& r) {
  Pool pool{r.in.get<PoolToken>(), true};
  if (!r.in.ok() || pools_.size() >= kPoolsAtOnce || !exports().has(pool.token)) return note(r, kInvalidValue);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  pools_[handle] = pool;
  out_.put(handle);
  return note(r, kSuccess);
}

int Session::pool_import_pointer(Request& r, Pool& pool) {
  const auto base = r.in.get<uint64_t>();
  const uint64_t bytes = r.in.ok() && pool.imported ? exports().bytes(pool.token, base) : 0;
  Allocation* a = bytes ? memory_->borrow(base, bytes, "imported memory #" + std::to_string(allocations_ + 1)) : nullptr;
  if (!a) return note(r, kInvalidValue);
  ++allocations_;
  a->phase = phase_;
  a->place = r.place;
  out_.put(base);
  return note(r, kSuccess, bytes);
}

}  // namespace wg
