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

// A bit for each sector of one allocation, which may be huge and hardly used (rows that lie gigabytes apart): pages of bits that nobody set
// cost nothing, neither when they are made nor when they are counted.
class SectorBits {
 public:
  void reset(uint64_t sectors);
  explicit operator bool() const { return words_ != nullptr; }
  uint64_t count() const;

  // Sectors first to last. Inlined into loads and stores, but for those of more than a word.
  [[gnu::always_inline]] void mark(uint64_t first, uint64_t last) {
    if (__builtin_expect(first >> 6 != last >> 6, 0)) return mark_words(first, last);
    set(first >> 6, (~0ull >> (63 - (last - first))) << (first & 63));
  }

 private:
  static constexpr unsigned kPageShift = 9;  // words of a page: 4 KiB of them
  struct Free {
    void operator()(uint64_t* bits) const { std::free(bits); }
  };
  using Words = std::unique_ptr<uint64_t[], Free>;
  static Words make(uint64_t words);

  [[gnu::always_inline]] void set(uint64_t word, uint64_t m) {
    const std::atomic_ref<uint64_t> bits(words_[word]);
    if (__builtin_expect((bits.load(std::memory_order_relaxed) & m) == m, 1)) return;
    if (bits.fetch_or(m, std::memory_order_relaxed) == 0) mark_page(word >> kPageShift);
  }
  void mark_page(uint64_t page);
  void mark_words(uint64_t first, uint64_t last);

  Words words_, pages_;  // calloc'ed; pages_ has a bit for each page of words that has one
  uint64_t size_ = 0;    // words
};

class TouchedSectors {
 public:
  struct Of {
    SectorBits read, written;
    uint64_t base = 0;
  };
  Of* of(const Allocation& allocation);
  const std::map<const Allocation*, Of>& all() const { return all_; }  // when nothing runs any more

 private:
  std::mutex mutex_;
  std::map<const Allocation*, Of> all_;  // nodes stay where they are
};

}  // namespace wg
