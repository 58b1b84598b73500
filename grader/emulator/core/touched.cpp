#include "touched.h"

#include <new>

namespace wg {
namespace {

uint64_t count(const uint64_t* bits, uint64_t words) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < words; i++) n += uint64_t(__builtin_popcountll(bits[i]));
  return n;
}

}  // namespace

TouchedSectors::Of* TouchedSectors::of(const Allocation& allocation) {
  std::lock_guard lock(mutex_);
  Of& o = all_[&allocation];
  if (!o.read) {
    o.base = allocation.base;
    o.words = (allocation.bytes + 2047) / 2048;
    for (auto* bits : {&o.read, &o.written}) {
      bits->reset(static_cast<uint64_t*>(std::calloc(o.words, sizeof(uint64_t))));
      if (!*bits) throw std::bad_alloc();
    }
  }
  return &o;
}

void TouchedSectors::mark_words(uint64_t* bits, uint64_t first, uint64_t last) {
  for (uint64_t w = first >> 6; w <= last >> 6; w++) {
    uint64_t m = ~0ull;
    if (w == first >> 6) m &= ~0ull << (first & 63);
    if (w == last >> 6) m &= ~0ull >> (63 - (last & 63));
    set(bits[w], m);
  }
}

uint64_t TouchedSectors::read_bytes() const {
  uint64_t n = 0;
  for (const auto& [allocation, o] : all_) n += count(o.read.get(), o.words);
  return n * 32;
}

uint64_t TouchedSectors::written_bytes() const {
  uint64_t n = 0;
  for (const auto& [allocation, o] : all_) n += count(o.written.get(), o.words);
  return n * 32;
}

}  // namespace wg
