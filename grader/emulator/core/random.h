// A small generator for schedules: the same sequence for a seed everywhere (SplitMix64).
#pragma once
#include <cstdint>
#include <utility>

namespace wg {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t x = state_ += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
  }
  uint64_t below(uint64_t n) { return n < 2 ? 0 : next() % n; }  // 0 … n - 1
  template <class List>
  void shuffle(List& list) {
    for (size_t i = list.size(); i > 1; i--) std::swap(list[i - 1], list[below(i)]);
  }

 private:
  uint64_t state_;
};

}  // namespace wg
