// Host memory that kernels may use: pinned by allocation, or registered where it lies. Registered pages become pages that this process and
// the device share, in place, under the program's own address where the device has it free, so that a kernel may use the host pointer.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <thread>

#include "export.h"
#include "host_memory.h"
#include "moves.h"

using namespace wg::client;
using wg::AllocationKind;

namespace {

constexpr uint64_t kPage = 4096;
constexpr unsigned kMapped = 2, kIoMemory = 4, kReadOnly = 8;

struct Block {
  uint64_t bytes, device;  // where kernels see it
  unsigned flags;
  bool registered;
};

// By host address; under the connection's lock.
struct Blocks {
  uint64_t generation = 0;
  std::map<uint64_t, Block> by_base;
};

void unshare(uint64_t base, uint64_t bytes);

std::map<uint64_t, Block>& blocks() {
  static Blocks* all = new Blocks;
  if (all->generation != Connection::get().generation()) {  // the device was reset
    all->generation = Connection::get().generation();
    for (const auto& [base, block] : all->by_base) {
      if (block.registered) unshare(base, block.bytes);
    }
    all->by_base.clear();
  }
  return all->by_base;
}

const std::pair<const uint64_t, Block>* block_at(uint64_t address) {
  auto at = blocks().upper_bound(address);
  if (at == blocks().begin()) return nullptr;
  --at;
  return address - at->first < at->second.bytes ? &*at : nullptr;
}

bool overlaps_a_block(uint64_t base, uint64_t bytes) {
  const auto after = blocks().lower_bound(base);
  return block_at(base) || (after != blocks().end() && after->first < base + bytes);
}

struct Pages {
  uint64_t from, bytes;
  Pages(uint64_t base, uint64_t size)
      : from(base / kPage * kPage), bytes((base + size + kPage - 1) / kPage * kPage - base / kPage * kPage) {}
};

bool readable(const Pages& pages) { return msync(pointer(pages.from), pages.bytes, MS_ASYNC) == 0; }

// Puts `fresh`, filled with what the pages hold, in their place. On a thread of its own: the pages may be those of the caller's stack,
// which must lie still meanwhile.
bool replace(const Pages& pages, void* fresh) {
  bool done = false;
  std::thread([&] {
    std::memcpy(fresh, pointer(pages.from), pages.bytes);
    done = mremap(fresh, pages.bytes, pages.bytes, MREMAP_MAYMOVE | MREMAP_FIXED, pointer(pages.from)) != MAP_FAILED;
  }).join();
  return done;
}

// The pages become this process' own again.
void unshare(uint64_t base, uint64_t bytes) {
  const Pages pages(base, bytes);
  if (!readable(pages)) return;  // the program has given them back to the system
  void* own = mmap(nullptr, pages.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (own != MAP_FAILED && !replace(pages, own)) munmap(own, pages.bytes);
}

int allocate_pinned(Api api, void** result, size_t bytes, unsigned flags) {
  if (flags > 7) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  const int error = allocate(api, AllocationKind::pinned, result, bytes);
  if (!error && bytes) blocks()[number(*result)] = {bytes, number(*result), flags, false};
  return error;
}

}  // namespace

namespace wg::client {

uint64_t device_address_of(uint64_t host) {
  std::lock_guard lock(Connection::get().mutex());
  const auto* block = block_at(host);
  return block ? block->second.device + (host - block->first) : 0;
}

uint64_t host_address_of(uint64_t device) {
  std::lock_guard lock(Connection::get().mutex());
  for (const auto& [base, block] : blocks()) {
    if (device - block.device < block.bytes) return base + (device - block.device);
  }
  return 0;
}

}  // namespace wg::client

extern "C" {

cudaError_t cudaMallocHost(void** result, size_t bytes) { return allocate_pinned(Api::cudaMallocHost, result, bytes, 0); }
cudaError_t cudaHostAlloc(void** result, size_t bytes, unsigned flags) { return allocate_pinned(Api::cudaHostAlloc, result, bytes, flags); }

cudaError_t cudaFreeHost(void* address) {
  std::lock_guard lock(Connection::get().mutex());
  const int error = release(Api::cudaFreeHost, address);
  if (!error) blocks().erase(number(address));
  return error;
}

cudaError_t cudaHostRegister(void* address, size_t bytes, unsigned flags) {
  constexpr Api api = Api::cudaHostRegister;
  if (!address || !bytes || flags > 15 || number(address) + bytes < bytes) return finish(api, kInvalidValue);
  if (flags & (kIoMemory | kReadOnly)) return finish(api, kNotSupported);  // cudaDevAttrHostRegisterReadOnlySupported is 0
  const uint64_t base = number(address);
  const Pages pages(base, bytes);
  std::lock_guard lock(Connection::get().mutex());
  if (overlaps_a_block(base, bytes)) return finish(api, kHostMemoryAlreadyRegistered);
  if (!readable(pages)) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::host_register, api, Writer().put(base).put(static_cast<uint64_t>(bytes)));
  if (reply.error) return reply.error;
  const auto device = reply.reader().get<uint64_t>();
  void* shared = mmap(nullptr, pages.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, reply.descriptor, 0);
  if (reply.descriptor >= 0) close(reply.descriptor);
  if (shared == MAP_FAILED || !replace(pages, shared)) {
    if (shared != MAP_FAILED) munmap(shared, pages.bytes);
    ask(Op::host_unregister, Api::none, Writer().put(device));
    return finish(api, kMemoryAllocation);
  }
  blocks()[base] = {bytes, device, flags, true};
  return kSuccess;
}

cudaError_t cudaHostUnregister(void* address) {
  constexpr Api api = Api::cudaHostUnregister;
  if (!address) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  const auto found = blocks().find(number(address));
  if (found == blocks().end() || !found->second.registered) return finish(api, kHostMemoryNotRegistered);
  const Block block = found->second;
  const int error = tell(Op::host_unregister, api, Writer().put(block.device));
  if (error) return error;
  unshare(found->first, block.bytes);
  blocks().erase(number(address));
  return kSuccess;
}

cudaError_t cudaHostGetDevicePointer(void** result, void* host, unsigned flags) {
  constexpr Api api = Api::cudaHostGetDevicePointer;
  const uint64_t device = result && !flags ? device_address_of(number(host)) : 0;
  if (device) *result = pointer(device);
  return finish(api, device ? kSuccess : kInvalidValue);
}

// All of it is mapped, whatever was asked for: addresses are unified.
cudaError_t cudaHostGetFlags(unsigned* flags, void* host) {
  constexpr Api api = Api::cudaHostGetFlags;
  std::lock_guard lock(Connection::get().mutex());
  const auto* block = flags ? block_at(number(host)) : nullptr;
  if (block) *flags = block->second.flags | kMapped;
  return finish(api, block ? kSuccess : kInvalidValue);
}

}  // extern "C"
