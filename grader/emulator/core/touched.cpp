#include "touched.h"

#include <algorithm>
#include <new>

namespace wg {

SectorBits::Words SectorBits::make(uint64_t words) {
  Words made(static_cast<uint64_t*>(std::calloc(words, sizeof(uint64_t))));
  if (!made) throw std::bad_alloc();
  return made;
}

void SectorBits::reset(uint64_t sectors) {
  size_ = (sectors + 63) / 64;
  words_ = make(std::max<uint64_t>(size_, 1));
  pages_ = make((size_ >> (kPageShift + 6)) + 1);
}

void SectorBits::mark_page(uint64_t page) {
  std::atomic_ref<uint64_t>(pages_[page >> 6]).fetch_or(1ull << (page & 63), std::memory_order_relaxed);
}

void SectorBits::mark_words(uint64_t first, uint64_t last) {
  for (uint64_t w = first >> 6; w <= last >> 6; w++) {
    uint64_t m = ~0ull;
    if (w == first >> 6) m &= ~0ull << (first & 63);
    if (w == last >> 6) m &= ~0ull >> (63 - (last & 63));
    set(w, m);
  }
}

uint64_t SectorBits::count() const {
  uint64_t n = 0;
  for (uint64_t at = 0; at <= size_ >> (kPageShift + 6); at++)
    for (uint64_t pages = pages_[at]; pages; pages &= pages - 1) {
      const uint64_t from = (at * 64 + uint64_t(__builtin_ctzll(pages))) << kPageShift;
      const uint64_t to = std::min(size_, from + (uint64_t(1) << kPageShift));
      for (uint64_t w = from; w < to; w++) n += uint64_t(__builtin_popcountll(words_[w]));
    }
  return n;
}

TouchedSectors::Of* TouchedSectors::of(const Allocation& allocation) {
  std::lock_guard lock(mutex_);
  Of& o = all_[&allocation];
  if (!o.written) {
    o.base = allocation.base;
    o.read.reset((allocation.bytes + 31) / 32);
    o.written.reset((allocation.bytes + 31) / 32);
  }
  return &o;
}

}  // namespace wg
