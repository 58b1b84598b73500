// Device memory: two reserved address ranges per process, handed out page by page to every client's Memory.
//
// Enters: requests for bytes. Leaves: Allocations at addresses that kernels use untranslated. Isolation between clients does not rest on page
// protection but on Memory::find: a kernel may only touch what its own client's Memory knows.
#include "memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <stdexcept>

namespace wg {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kGuard = 4096;                  // unmapped-for-kernels gap behind every allocation
constexpr uint64_t kCommitStep = 64ull << 20;      // the device range is made writable in steps of this size: few mappings, few system calls
constexpr size_t kLiveLimit = 1u << 20;            // bounds what a program (or an attacker) can make the device remember
constexpr size_t kFreedKept = 1u << 16;            // freed allocations that are still known by name

uint64_t round_up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }

// Address ranges of one window. Next-fit: a freed range is not given out again before the cursor has passed over all the others, so that stale
// pointers keep pointing at nothing for as long as possible.
class Range {
 public:
  Range(uint64_t base, uint64_t bytes) : base_(base), end_(base + bytes), cursor_(base) {
    void* at = mmap(reinterpret_cast<void*>(base), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != reinterpret_cast<void*>(base)) throw std::runtime_error("the device address range is taken in this process");
    madvise(at, bytes, MADV_DONTDUMP);
    free_.emplace(base_, end_);
  }

  // Start of `bytes` (a multiple of a page) of free addresses, or 0.
  uint64_t take(uint64_t bytes) {
    std::lock_guard lock(mutex_);
    auto fit = [&](uint64_t from, uint64_t to) -> uint64_t {
      auto range = free_.upper_bound(from);
      if (range != free_.begin()) --range;
      for (; range != free_.end() && range->first < to; ++range) {
        const uint64_t start = std::max(range->first, from);
        if (start < range->second && range->second - start >= bytes) return carve(range, start, bytes);
      }
      return 0;
    };
    uint64_t start = fit(cursor_, end_);
    if (!start) start = fit(base_, end_);
    if (start) cursor_ = start + bytes;
    return start;
  }

  void give_back(uint64_t start, uint64_t bytes) {
    std::lock_guard lock(mutex_);
    auto next = free_.upper_bound(start);
    uint64_t end = start + bytes;
    if (next != free_.end() && next->first == end) {
      end = next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin()) {
      auto before = std::prev(next);
      if (before->second == start) {
        before->second = end;
        return;
      }
    }
    free_.emplace(start, end);
  }

  // Makes [base, up to] readable and writable; false if the system has no more.
  bool commit(uint64_t to) {
    std::lock_guard lock(mutex_);
    if (to <= committed_) return true;
    const uint64_t from = std::max(committed_, base_);
    const uint64_t end = std::min(end_, round_up(to, kCommitStep));
    if (mprotect(reinterpret_cast<void*>(from), end - from, PROT_READ | PROT_WRITE) != 0) return false;
    committed_ = end;
    return true;
  }

 private:
  uint64_t carve(std::map<uint64_t, uint64_t>::iterator range, uint64_t start, uint64_t bytes) {
    const uint64_t left = range->first, right = range->second;
    free_.erase(range);
    if (left < start) free_.emplace(left, start);
    if (start + bytes < right) free_.emplace(start + bytes, right);
    return start;
  }

  uint64_t base_, end_, cursor_, committed_ = 0;
  std::map<uint64_t, uint64_t> free_;  // start -> end
  std::mutex mutex_;
};

Range& device_range() {
  static Range range(kDeviceBase, kDeviceBytes);
  return range;
}

Range& mapped_range() {
  static Range range(kMappedBase, kMappedBytes);
  return range;
}

bool is_mapped(const Allocation& a) { return a.kind == AllocationKind::managed || a.kind == AllocationKind::pinned; }
uint64_t footprint(uint64_t bytes) { return round_up(bytes, kPage); }

// The pages go back to the system; the addresses stay out of use until the cursor comes round again.
void drop_pages(const Allocation& a) {
  void* at = reinterpret_cast<void*>(a.base);
  if (is_mapped(a)) {
    mmap(at, footprint(a.bytes), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    mapped_range().give_back(a.base, footprint(a.bytes) + kGuard);
  } else {
    madvise(at, footprint(a.bytes), MADV_DONTNEED);
    device_range().give_back(a.base, footprint(a.bytes) + kGuard);
  }
}

// Calloc, not new[]: a large shadow must not touch its pages before somebody writes. So it must go through free() as well.
void drop_shadow(Allocation& a) { std::free(a.written.release()); }

uint64_t distance(const Allocation& a, uint64_t address) {
  if (address < a.base) return a.base - address;
  return address - a.base < a.bytes ? 0 : address - (a.base + a.bytes) + 1;
}

}  // namespace

Memory::Memory(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {
  device_range();
  mapped_range();
}

Memory::~Memory() {
  for (auto& a : all_) {
    if (!a->freed) drop_pages(*a);
    drop_shadow(*a);
  }
}

Allocation* Memory::allocate(uint64_t bytes, AllocationKind kind, std::string name) {
  if (bytes == 0 || bytes > limit_bytes_ || footprint(bytes) > limit_bytes_ - std::min(limit_bytes_, used_bytes_)) return nullptr;
  if (live_.size() >= kLiveLimit) return nullptr;
  const uint64_t span = footprint(bytes) + kGuard;
  const uint64_t base = device_range().take(span);
  if (!base) return nullptr;
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->bytes = bytes;
  a->kind = kind;
  a->name = std::move(name);
  // __device__ and __constant__ variables are zero-initialised by the language: there is nothing uninitialised to find in them.
  a->fully_written = kind != AllocationKind::device;
  if (!a->fully_written) a->written.reset(static_cast<uint8_t*>(std::calloc((bytes + 3) / 4, 1)));
  if ((!a->fully_written && !a->written) || !device_range().commit(base + span)) {
    drop_shadow(*a);
    device_range().give_back(base, span);
    return nullptr;
  }
  return insert(std::move(a));
}

Allocation* Memory::allocate_mapped(uint64_t bytes, AllocationKind kind, std::string name, int* fd) {
  *fd = -1;
  if (bytes == 0 || bytes > limit_bytes_ || footprint(bytes) > limit_bytes_ - std::min(limit_bytes_, used_bytes_)) return nullptr;
  if (live_.size() >= kLiveLimit) return nullptr;
  const int file = memfd_create("warpgrade", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return nullptr;
  // Sealed: the client gets this descriptor, and a file that it could shrink would make our own accesses fault.
  if (ftruncate(file, static_cast<off_t>(footprint(bytes))) != 0 || fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    close(file);
    return nullptr;
  }
  const uint64_t span = footprint(bytes) + kGuard;
  const uint64_t base = mapped_range().take(span);
  void* wanted = reinterpret_cast<void*>(base);
  if (!base || mmap(wanted, footprint(bytes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != wanted) {
    if (base) mapped_range().give_back(base, span);
    close(file);
    return nullptr;
  }
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->bytes = bytes;
  a->kind = kind;
  a->name = std::move(name);
  a->fully_written = true;  // the host writes these pages unseen
  *fd = file;
  return insert(std::move(a));
}

Allocation* Memory::insert(std::unique_ptr<Allocation> a) {
  a->serial = ++serial_;
  used_bytes_ += footprint(a->bytes);
  const auto at = std::upper_bound(bases_.begin(), bases_.end(), a->base) - bases_.begin();
  bases_.insert(bases_.begin() + at, a->base);
  live_.insert(live_.begin() + at, a.get());
  all_.push_back(std::move(a));
  if (all_.size() - live_.size() > 2 * kFreedKept) forget_oldest();
  return all_.back().get();
}

// A program that allocates and frees for ever must not make us remember for ever.
void Memory::forget_oldest() {
  size_t surplus = all_.size() - live_.size() - kFreedKept;
  std::erase_if(all_, [&](const std::unique_ptr<Allocation>& a) { return a->freed && surplus > 0 && surplus-- > 0; });
}

Memory::FreeResult Memory::release(uint64_t base) {
  const auto found = std::lower_bound(bases_.begin(), bases_.end(), base);
  if (found == bases_.end() || *found != base) {
    if (find(base)) return FreeResult::not_the_base;
    for (auto a = all_.rbegin(); a != all_.rend(); ++a) {
      if ((*a)->freed && (*a)->base == base) return FreeResult::already_freed;
    }
    return FreeResult::unknown;
  }
  const auto at = found - bases_.begin();
  Allocation* a = live_[at];
  bases_.erase(found);
  live_.erase(live_.begin() + at);
  used_bytes_ -= footprint(a->bytes);
  a->freed = true;
  drop_shadow(*a);
  a->fully_written = true;
  drop_pages(*a);
  return FreeResult::ok;
}

Allocation* Memory::find(uint64_t address) const {
  size_t low = 0, count = bases_.size();
  const uint64_t* bases = bases_.data();
  while (count > 0) {  // the number of bases <= address
    const size_t half = count / 2;
    const bool right = bases[low + half] <= address;
    low = right ? low + half + 1 : low;
    count = right ? count - half - 1 : half;
  }
  if (low == 0) return nullptr;
  Allocation* a = live_[low - 1];
  return address - a->base < a->bytes ? a : nullptr;
}

const Allocation* Memory::nearest(uint64_t address) const {
  const Allocation* best = nullptr;
  uint64_t best_distance = 0;
  for (auto a = all_.rbegin(); a != all_.rend(); ++a) {  // from the youngest: the last owner of a reused address wins
    const uint64_t d = distance(**a, address);
    if (!best || d < best_distance || (d == best_distance && best->freed && !(*a)->freed)) {
      best = a->get();
      best_distance = d;
    }
  }
  return best;
}

namespace {
// Calls each(word index, byte mask) for the words that [offset, offset + bytes) touches.
template <class F>
void each_word(uint64_t offset, uint64_t bytes, F each) {
  const uint64_t end = offset + bytes;
  for (uint64_t word = offset / 4; word * 4 < end; ++word) {
    unsigned mask = 0xF;
    if (word * 4 < offset) mask &= 0xFu << (offset - word * 4);
    if (word * 4 + 4 > end) mask &= 0xFu >> (word * 4 + 4 - end);
    if (!each(word, static_cast<uint8_t>(mask))) return;
  }
}
}  // namespace

void Memory::mark_written(uint64_t address, uint64_t bytes) {
  Allocation* a = find(address);
  if (!a || bytes == 0 || a->fully_written || !a->contains(address, bytes)) return;
  if (bytes == a->bytes) {
    std::memset(a->written.get(), 0xF, (bytes + 3) / 4);
    a->fully_written = true;
    return;
  }
  const uint64_t offset = address - a->base;
  const uint64_t first = (offset + 3) / 4, last = (offset + bytes) / 4;  // whole words [first, last)
  uint8_t* shadow = a->written.get();
  if (first < last) std::memset(shadow + first, 0xF, last - first);
  auto set = [&](uint64_t word, uint8_t mask) { return shadow[word] |= mask, true; };
  if (first >= last) {
    each_word(offset, bytes, set);
  } else {
    each_word(offset, first * 4 - offset, set);
    each_word(last * 4, offset + bytes - last * 4, set);
  }
}

bool Memory::is_written(uint64_t address, uint64_t bytes) const {
  const Allocation* a = find(address);
  if (!a || !a->contains(address, bytes)) return false;
  if (a->fully_written) return true;
  bool all = true;
  each_word(address - a->base, bytes, [&](uint64_t word, uint8_t mask) { return all = (a->written[word] & mask) == mask; });
  return all;
}

void Memory::copy_written(uint64_t to, uint64_t from, uint64_t bytes) {
  Allocation* target = find(to);
  const Allocation* source = find(from);
  if (bytes == 0 || !target || !source || !target->contains(to, bytes) || !source->contains(from, bytes)) return;
  if (source->fully_written) return mark_written(to, bytes);
  if (target->fully_written) return;  // a later copy of garbage into it stays unseen: the flag is per allocation
  const uint64_t to_offset = to - target->base, from_offset = from - source->base;
  uint8_t* into = target->written.get();
  const uint8_t* out = source->written.get();
  if (to_offset % 4 == 0 && from_offset % 4 == 0 && bytes % 4 == 0) {
    std::memmove(into + to_offset / 4, out + from_offset / 4, bytes / 4);
    return;
  }
  std::vector<bool> bits(bytes);
  for (uint64_t i = 0; i < bytes; ++i) bits[i] = out[(from_offset + i) / 4] >> ((from_offset + i) % 4) & 1;
  for (uint64_t i = 0; i < bytes; ++i) {
    const uint8_t bit = static_cast<uint8_t>(1u << ((to_offset + i) % 4));
    uint8_t& word = into[(to_offset + i) / 4];
    word = static_cast<uint8_t>(bits[i] ? word | bit : word & ~bit);
  }
}

uint64_t Memory::used_bytes() const { return used_bytes_; }

}  // namespace wg
