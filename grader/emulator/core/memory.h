// The device's address space as the host's runtime library and the kernels share it: allocations with their names, bounds,
// life and written bytes. A device address is also an address of this process (the range is reserved), so kernels use it untranslated;
// no other process has it mapped, so a host that dereferences it faults, as on hardware.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "host_place.h"

namespace wg {

constexpr uint64_t kDeviceBase = 0x0B00'0000'0000;   // device memory: reserved in client and device process alike
constexpr uint64_t kDeviceBytes = 0x0040'0000'0000;  // 256 GiB of addresses; pages are committed when touched
constexpr uint64_t kMappedBase = 0x0B80'0000'0000;   // managed and pinned host memory: the same shared pages in both processes
constexpr uint64_t kMappedBytes = 0x0040'0000'0000;
constexpr uint64_t kSharedWindow = 0x0A00'0000'0000;  // generic addresses of a block's shared memory: kSharedWindow + offset
constexpr uint64_t kLocalWindow = 0x0A80'0000'0000;   // generic addresses of a thread's local memory: kLocalWindow + offset
constexpr uint64_t kWindowBytes = 0x0040'0000'0000;

constexpr bool in_device_range(uint64_t address) { return address >= kDeviceBase && address < kDeviceBase + kDeviceBytes; }
constexpr bool in_mapped_range(uint64_t address) { return address >= kMappedBase && address < kMappedBase + kMappedBytes; }

enum class AllocationKind : uint8_t { device, managed, pinned, variable /* __device__ */, constant };
// Whose pages an allocation stands on: its client's; its client's, and other clients have them too; another client's.
enum class Pages : uint8_t { own, lent, borrowed };

constexpr uint8_t kRowWithoutValues = 0x10;  // in `Allocation::written`: of a sparse output

struct Allocation {
  uint64_t base = 0;  // address, 256-byte aligned
  uint64_t bytes = 0;
  AllocationKind kind = AllocationKind::device;
  std::string name;     // "cudaMalloc #3", the variable's or the assignment's name: for messages
  uint64_t serial = 0;  // 1, 2, 3, … in order of allocation
  bool freed = false;
  bool input = false;   // of the assignment's entry point: only to be read
  bool sparse = false;  // rows were brought into it, and nothing lies between them: no index leads there; `written` isn't 0 where one lies
  Pages pages = Pages::own;
  bool registered = false;  // host memory that lay there before: not the runtime's to free
  std::string phase;        // the runner's mark in force when it was made ("" outside a runner)
  HostPlace place;          // of the call that made it

  // Which bytes were ever written: one shadow byte per aligned 4-byte word, bit i = byte i. Kernels of several threads write whole shadow
  // bytes for whole words (no read-modify-write); sub-word writes use an atomic or. Empty while `fully_written`.
  bool fully_written = false;
  std::unique_ptr<uint8_t[]> written;  // (bytes + 3) / 4; calloc'ed lazily by the allocator: never null unless fully_written from birth

  bool host_sees() const { return kind == AllocationKind::managed || kind == AllocationKind::pinned; }
  bool contains(uint64_t address, uint64_t size) const { return address >= base && size <= bytes && address - base <= bytes - size; }
};

// One client's memory. Not shared between clients. Allocation objects stay alive (flagged freed) so that use after free can be named.
class Memory {
 public:
  // Reserves the device range once per process; `limit_bytes` is the card's capacity, which all Memory objects of a process share.
  explicit Memory(uint64_t limit_bytes);
  ~Memory();
  Memory(const Memory&) = delete;

  // 0-byte requests return nullptr as cudaMalloc does (and *address = 0); nullptr when the capacity is exceeded. Guard gaps of at least 4
  // KiB lie between allocations and freed addresses are not given out again while others are free, so that overruns and stale pointers are
  // seen.
  Allocation* allocate(uint64_t bytes, AllocationKind kind, std::string name);
  // As allocate, but backed by the shared file descriptor (memfd) mapped at the chosen address: managed and pinned memory.
  Allocation* allocate_mapped(uint64_t bytes, AllocationKind kind, std::string name, int* fd);

  // Host memory of the client under its own address, [base, base + bytes), if that is free here; else elsewhere. The descriptor holds whole
  // pages, from the one that `base` lies in.
  Allocation* register_host(uint64_t base, uint64_t bytes, std::string name, int* fd);

  // Memory that clients share. What was lent once stays in place, and counts against the card, until the device ends, whoever frees it:
  // another client's kernel may be using it. Nobody's writes are told apart there, so all of it counts as written. `borrow` returns nullptr
  // if the addresses are known here already.
  void lend(Allocation* allocation);
  Allocation* borrow(uint64_t base, uint64_t bytes, std::string name);

  enum class FreeResult { ok, unknown, not_the_base, already_freed };
  FreeResult release(uint64_t base);

  // The live allocation that holds `address`, or nullptr. Lock-free for kernels between calls of allocate/release (the server serialises
  // those).
  Allocation* find(uint64_t address) const;
  // The nearest allocation, live or freed, for a message about a bad address; nullptr if there is none at all.
  const Allocation* nearest(uint64_t address) const;

  void mark_written(uint64_t address, uint64_t bytes);  // after a host copy or memset
  // Which of the elements that lie side by side in [address, address + count * element_bytes) were written, if only in part: bit k.
  uint32_t written_elements(uint64_t address, unsigned count, uint64_t element_bytes) const;
  void copy_written(uint64_t to, uint64_t from, uint64_t bytes);  // device-to-device copies carry the shadow along

  uint64_t used_bytes() const;  // of the card: pinned and managed memory is the host's
  uint64_t limit_bytes() const { return limit_bytes_; }
  const std::vector<std::unique_ptr<Allocation>>& all() const { return all_; }  // in order of serial, freed ones included

 private:
  bool has_room(uint64_t bytes, AllocationKind kind) const;
  void charge(const Allocation& allocation, bool back);
  static int shared_file(uint64_t bytes);
  Allocation* insert(std::unique_ptr<Allocation> allocation);
  void forget_oldest();

  uint64_t limit_bytes_ = 0, used_bytes_ = 0, host_bytes_ = 0, serial_ = 0;
  std::vector<std::unique_ptr<Allocation>> all_;
  std::vector<Allocation*> live_;  // sorted by base
  std::vector<uint64_t> bases_;    // bases_[i] == live_[i]->base: find() searches these, close together
};

}  // namespace wg
