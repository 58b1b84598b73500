// Shadow of device memory for the race checker: chunks of 1024 granules, made when they are first touched and kept for the next launch.
// A granule is the smallest access to global memory that the module makes, at most 4 bytes: neighbouring bytes written by different blocks
// are no race.
#pragma once
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "memory.h"

namespace wg {

constexpr unsigned kChunkShift = 10;
constexpr unsigned kChunkGranules = 1u << kChunkShift;
constexpr uint64_t kShadowLimit = 3ull << 30;  // bytes of shadow a launch may take on one thread; what lies beyond is not checked, and told
constexpr uint64_t kShadowKept = 256ull << 20;  // from launch to launch

inline const char* const kShadowRanOut = "it touches more memory than 3 GiB of notes can follow";

// Who did it: block, memory site, thread of the block.
struct Agent {
  static uint64_t make(uint64_t block, uint32_t memory_site, uint32_t thread) {
    return (block > 0xffffffffu ? 0xffffffffu : block) << 32 | uint64_t(memory_site & 0x3fffff) << 10 | thread;
  }
  static uint32_t block(uint64_t a) { return uint32_t(a >> 32); }
  static uint32_t memory_site(uint64_t a) { return uint32_t(a >> 10) & 0x3fffff; }
  static uint32_t thread(uint64_t a) { return uint32_t(a) & 1023; }
};

// One bit a granule. Windows are the 64 bits from any place on (bits behind the chunk are 0).
struct GranuleBits {
  uint64_t word[kChunkGranules / 64 + 1];
  uint64_t window(unsigned at) const {
    const uint64_t low = word[at >> 6] >> (at & 63);
    return at & 63 ? low | word[(at >> 6) + 1] << (64 - (at & 63)) : low;
  }
  void set(unsigned at, uint64_t bits) {
    word[at >> 6] |= bits << (at & 63);
    if (at & 63) word[(at >> 6) + 1] |= bits >> (64 - (at & 63));
  }
  void reset(unsigned at, uint64_t bits) {
    word[at >> 6] &= ~(bits << (at & 63));
    if (at & 63) word[(at >> 6) + 1] &= ~(bits >> (64 - (at & 63)));
  }
  bool test(unsigned at) const { return word[at >> 6] >> (at & 63) & 1; }
  void clear() { *this = {}; }
};

// The chunks of one kind of shadow, found by address. Chunk has `uint64_t epoch`, `uint64_t number`, `void begin()` (a new launch) and
// `uint64_t bytes() const`.
template <class Chunk>
class Chunks {
 public:
  void begin(unsigned granule_shift) {
    if (granule_shift != shift_ || bytes_ > kShadowKept) {
      for (auto& part : parts_) part.reset();
      all_.clear();
      bytes_ = 0;
    }
    shift_ = granule_shift;
    ran_out_ = false;
    epoch_++;
    touched_.clear();
  }
  // The chunk that holds an address of device memory, made if need be; nullptr if there is no room for another one.
  Chunk* at(uint64_t address) {
    const uint64_t number = number_of(address), part = number >> kPartShift;
    if (__builtin_expect(part < parts_.size() && parts_[part] != nullptr, 1)) {
      Chunk* chunk = parts_[part][number & (kPartChunks - 1)];
      if (__builtin_expect(chunk && chunk->epoch == epoch_, 1)) return chunk;
    }
    return make(number);
  }
  // As at(), but nullptr if this launch hasn't touched it.
  Chunk* find(uint64_t number) const {
    const uint64_t part = number >> kPartShift;
    Chunk* chunk = part < parts_.size() && parts_[part] ? parts_[part][number & (kPartChunks - 1)] : nullptr;
    return chunk && chunk->epoch == epoch_ ? chunk : nullptr;
  }
  uint64_t number_of(uint64_t address) const { return (address - kDeviceBase) >> (kChunkShift + shift_); }
  uint64_t address_of(uint64_t number, unsigned granule) const { return kDeviceBase + (((number << kChunkShift) + granule) << shift_); }
  unsigned granule_of(uint64_t address) const { return unsigned((address - kDeviceBase) >> shift_) & (kChunkGranules - 1); }
  unsigned shift() const { return shift_; }
  const std::vector<uint64_t>& touched() const { return touched_; }
  void took(uint64_t bytes) { bytes_ += bytes; }
  bool ran_out() const { return ran_out_; }  // somebody got no chunk

 private:
  static constexpr unsigned kPartShift = 16;
  static constexpr uint64_t kPartChunks = 1ull << kPartShift;
  struct Free {
    void operator()(Chunk** p) const { std::free(p); }
  };
  [[gnu::noinline]] Chunk* make(uint64_t number) {
    const uint64_t part = number >> kPartShift;
    if (part >= parts_.size()) parts_.resize(part + 1);
    if (!parts_[part]) parts_[part].reset(static_cast<Chunk**>(std::calloc(kPartChunks, sizeof(Chunk*))));
    if (!parts_[part]) return none();
    Chunk*& chunk = parts_[part][number & (kPartChunks - 1)];
    if (!chunk) {
      if (bytes_ > kShadowLimit) return none();
      chunk = all_.emplace_back(std::make_unique<Chunk>()).get();
      bytes_ += sizeof(Chunk);
    }
    chunk->begin();
    chunk->epoch = epoch_;
    touched_.push_back(number);
    return chunk;
  }
  Chunk* none() {
    ran_out_ = true;
    return nullptr;
  }
  unsigned shift_ = 2;
  bool ran_out_ = false;
  uint64_t epoch_ = 0, bytes_ = 0;
  std::vector<std::unique_ptr<Chunk*[], Free>> parts_;
  std::vector<std::unique_ptr<Chunk>> all_;
  std::vector<uint64_t> touched_;
};

}  // namespace wg
