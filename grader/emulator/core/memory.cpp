// Device memory: two reserved address ranges per process, handed out page by page to every client's Memory.
//
// Enters: requests for bytes. Leaves: Allocations at addresses that kernels use untranslated. Isolation between clients does not rest on
// page protection but on Memory::find: a kernel may only touch what its own client's Memory knows.
#include "memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <stdexcept>

namespace wg {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kGuard = 4096;              // unmapped-for-kernels gap behind every allocation
constexpr uint64_t kCommitStep = 64ull << 20;  // the device range is made writable in steps of this size: few mappings, few system calls
constexpr size_t kLiveLimit = 1u << 20;        // bounds what a program (or an attacker) can make the device remember
// All clients of a device share one card's capacity: a program that connects many times gets no more of it.
std::atomic<uint64_t> process_used{0};
std::atomic<uint64_t> process_host{0};  // and as much again of memory that is the host's: pinned, managed

constexpr size_t kFreedKept = 1u << 16;  // freed allocations that are still known by name

uint64_t round_up(uint64_t value, uint64_t step) { return (value + step - 1) / step * step; }

// Address ranges of one window. Next-fit: a freed range is not given out again before the cursor has passed over all the others, so that
// stale pointers keep pointing at nothing for as long as possible.
class Range {
 public:
  Range(uint64_t base, uint64_t bytes) : base_(base), end_(base + bytes), cursor_(base) {
#ifdef WARPGRADE_RESERVED_BYTES  // for qemu's user mode, which keeps books on every page of a reservation
    bytes = WARPGRADE_RESERVED_BYTES;
    end_ = base + bytes;
#endif
    void* at =
        mmap(reinterpret_cast<void*>(base), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
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

// Host memory may begin and end within a page; kernels see no more of it than was registered.
uint64_t first_page(uint64_t address) { return address / kPage * kPage; }

uint64_t footprint(uint64_t bytes) { return round_up(bytes, kPage); }

// The pages go back to the system; the addresses stay out of use until the cursor comes round again.
void drop_pages(const Allocation& a) {
  if (a.pages != Pages::own) return;
  void* at = reinterpret_cast<void*>(a.base);
  if (a.registered) {
    const uint64_t from = first_page(a.base), bytes = round_up(a.base + a.bytes, kPage) - from;
    if (in_mapped_range(a.base)) {
      mmap(reinterpret_cast<void*>(from), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
      mapped_range().give_back(from, bytes + kGuard);
    } else {
      munmap(reinterpret_cast<void*>(from), bytes);
    }
  } else if (a.host_sees()) {
    mmap(at, footprint(a.bytes), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    mapped_range().give_back(a.base, footprint(a.bytes) + kGuard);
  } else {
    madvise(at, footprint(a.bytes), MADV_DONTNEED);
    device_range().give_back(a.base, footprint(a.bytes) + kGuard);
  }
}

// A large shadow must not touch its pages before somebody writes, nor be counted by the system before: the card may be larger than the
// machine. Small ones come from the heap.
constexpr uint64_t kMappedShadow = 1u << 20;

uint64_t shadow_bytes(uint64_t bytes) { return (bytes + 3) / 4; }

uint8_t* make_shadow(uint64_t bytes) {
  const uint64_t size = shadow_bytes(bytes);
  if (size < kMappedShadow) return static_cast<uint8_t*>(std::calloc(size, 1));
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
}

void drop_shadow(Allocation& a) {
  uint8_t* shadow = a.written.release();
  if (!shadow) return;
  const uint64_t size = shadow_bytes(a.bytes);
  if (size < kMappedShadow) {
    std::free(shadow);
  } else {
    munmap(shadow, size);
  }
}

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
  process_used -= used_bytes_;
  process_host -= host_bytes_;
}

bool Memory::has_room(uint64_t bytes, AllocationKind kind) const {
  const bool host = kind == AllocationKind::managed || kind == AllocationKind::pinned;
  const uint64_t used = host ? process_host : process_used;
  return bytes > 0 && bytes <= limit_bytes_ && used <= limit_bytes_ && footprint(bytes) <= limit_bytes_ - used && live_.size() < kLiveLimit;
}

void Memory::charge(const Allocation& a, bool back) {
  uint64_t& ours = a.host_sees() ? host_bytes_ : used_bytes_;
  std::atomic<uint64_t>& all = a.host_sees() ? process_host : process_used;
  ours += back ? -footprint(a.bytes) : footprint(a.bytes);
  all += back ? -footprint(a.bytes) : footprint(a.bytes);
}

Allocation* Memory::allocate(uint64_t bytes, AllocationKind kind, std::string name) {
  if (!has_room(bytes, kind)) return nullptr;
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
  if (!a->fully_written) a->written.reset(make_shadow(bytes));
  if ((!a->fully_written && !a->written) || !device_range().commit(base + span)) {
    drop_shadow(*a);
    device_range().give_back(base, span);
    return nullptr;
  }
  return insert(std::move(a));
}

Allocation* Memory::allocate_mapped(uint64_t bytes, AllocationKind kind, std::string name, int* fd) {
  *fd = -1;
  if (!has_room(bytes, kind)) return nullptr;
  const int file = shared_file(footprint(bytes));
  if (file < 0) return nullptr;
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

// Sealed: the client gets this descriptor, and a file that it could shrink would make our own accesses fault. -1 if there is none to have.
int Memory::shared_file(uint64_t bytes) {
  const int file = memfd_create("warpgrade", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  if (ftruncate(file, static_cast<off_t>(bytes)) == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    return file;
  close(file);
  return -1;
}

Allocation* Memory::register_host(uint64_t base, uint64_t bytes, std::string name, int* fd) {
  *fd = -1;
  constexpr uint64_t kLowest = 1u << 16, kUserEnd = 0x7FFF'FFFF'F000;
  if (base + bytes > kSharedWindow && base < kMappedBase + kMappedBytes) return nullptr;  // the device's own addresses
  if (!has_room(bytes, AllocationKind::pinned) || base < kLowest || base > kUserEnd || bytes > kUserEnd - base || find(base) ||
      find(base + bytes - 1))
    return nullptr;
  const uint64_t from = first_page(base), length = round_up(base + bytes, kPage) - from;
  const int file = shared_file(length);
  if (file < 0) return nullptr;
  // Never over anything that lies there already: the address is the client's word.
  void* wanted = reinterpret_cast<void*>(from);
  void* at = mmap(wanted, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, file, 0);
  if (at != wanted) {
    if (at != MAP_FAILED) munmap(at, length);
    const uint64_t other = mapped_range().take(length + kGuard);
    wanted = reinterpret_cast<void*>(other);
    if (!other || mmap(wanted, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != wanted) {
      if (other) mapped_range().give_back(other, length + kGuard);
      close(file);
      return nullptr;
    }
    base = other + (base - from);
  }
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->bytes = bytes;
  a->kind = AllocationKind::pinned;
  a->registered = true;
  a->name = std::move(name);
  a->fully_written = true;
  *fd = file;
  return insert(std::move(a));
}

Allocation* Memory::insert(std::unique_ptr<Allocation> a) {
  a->serial = ++serial_;
  if (a->pages == Pages::own) charge(*a, false);
  const auto at = std::upper_bound(bases_.begin(), bases_.end(), a->base) - bases_.begin();
  bases_.insert(bases_.begin() + at, a->base);
  live_.insert(live_.begin() + at, a.get());
  all_.push_back(std::move(a));
  if (all_.size() - live_.size() > 2 * kFreedKept) forget_oldest();
  return all_.back().get();
}

void Memory::lend(Allocation* a) {
  if (a->pages != Pages::own) return;
  a->pages = Pages::lent;
  used_bytes_ -= footprint(a->bytes);  // no longer ours to give back: `process_used` keeps it
  drop_shadow(*a);
  a->fully_written = true;
}

Allocation* Memory::borrow(uint64_t base, uint64_t bytes, std::string name) {
  if (live_.size() >= kLiveLimit || find(base)) return nullptr;
  auto a = std::make_unique<Allocation>();
  a->base = base;
  a->bytes = bytes;
  a->name = std::move(name);
  a->pages = Pages::borrowed;
  a->fully_written = true;
  return insert(std::move(a));
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
  if (a->pages == Pages::own) charge(*a, true);
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

uint64_t Memory::used_bytes() const { return used_bytes_; }

}  // namespace wg
