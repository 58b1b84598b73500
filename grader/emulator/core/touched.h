// Which 32-byte sectors of global memory a launch reads and writes: the bytes that DRAM would have to move if every cache were large enough
// and empty at first. An ideal, and labelled so.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>

#include "memory.h"

namespace wg {

class TouchedSectors {
 public:
  // Of one allocation: a bit for each sector.
  struct Free {
    void operator()(uint64_t* bits) const { std::free(bits); }
  };
  struct Of {
    std::unique_ptr<uint64_t[], Free> read, written;  // calloc'ed: pages that nobody touches cost nothing
    uint64_t base = 0, words = 0;
  };
  Of* of(const Allocation& allocation);
  uint64_t read_bytes() const;
  uint64_t written_bytes() const;

  // Sectors of [first, last], byte addresses within the allocation. Inlined into loads and stores, but for those of more than a word.
  [[gnu::always_inline]] static void mark(uint64_t* bits, uint64_t base, uint64_t first, uint64_t last) {
    first = (first - base) >> 5;
    last = (last - base) >> 5;
    if (__builtin_expect(first >> 6 != last >> 6, 0)) return mark_words(bits, first, last);
    set(bits[first >> 6], (~0ull >> (63 - (last - first))) << (first & 63));
  }

 private:
  [[gnu::always_inline]] static void set(uint64_t& bits, uint64_t m) {
    const std::atomic_ref<uint64_t> word(bits);
    if (__builtin_expect((word.load(std::memory_order_relaxed) & m) != m, 0)) word.fetch_or(m, std::memory_order_relaxed);
  }
  static void mark_words(uint64_t* bits, uint64_t first, uint64_t last);

  mutable std::mutex mutex_;
  std::map<const Allocation*, Of> all_;  // nodes stay where they are
};

}  // namespace wg
