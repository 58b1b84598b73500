// Memory pools that clients share: one allocates and exports, another imports by the token that came over a descriptor. As much of CUDA's
// pool interface as sharing needs; what a pool would keep for later use isn't modelled.
#include <sys/random.h>

#include <map>
#include <mutex>

#include "session.h"

namespace wg {

using wire::Op;
using wire::PoolToken;

namespace {

constexpr size_t kPoolsAtOnce = 4096;

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
  const auto found = pools_.find(r.in.get<uint64_t>());
  if (!r.in.ok() || found == pools_.end()) return note(r, kInvalidValue);
  Pool& pool = found->second;
  switch (r.op) {
    case Op::pool_allocate: return pool_allocate(r, pool);
    case Op::pool_import_pointer: return pool_import_pointer(r, pool);
    case Op::pool_token:
      if (pool.imported) return note(r, kInvalidValue);
      out_.put(pool.token);
      return note(r, kSuccess);
    default: pools_.erase(found); return note(r, kSuccess);
  }
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
int Session::pool_allocate(Request& r, Pool& pool) {
  const auto bytes = r.in.get<uint64_t>();
  if (!r.in.ok() || bytes == 0 || pool.imported) return note(r, kInvalidValue, bytes);
  Allocation* a =
      memory_->allocate(bytes, AllocationKind::device, std::string(wire::name_of(r.api)) + " #" + std::to_string(allocations_ + 1));
  if (!a) return note(r, kMemoryAllocation, bytes);
  ++allocations_;
  a->phase = phase_;
  memory_->lend(a);
  exports().add(pool.token, a->base, bytes);
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
  out_.put(base);
  return note(r, kSuccess, bytes);
}

}  // namespace wg
