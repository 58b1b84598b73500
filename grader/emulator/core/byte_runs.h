// A set of bytes as runs of addresses, for asking whether two pieces of work touch the same ones.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wg {

struct ByteRun {
  uint64_t from, to;  // [from, to)
};

class ByteRuns {
 public:
  // Warps move along: what lies at the end of the last run, or was added lately, costs a comparison.
  void add(uint64_t from, uint64_t to) {
    if (from >= last_.from && from <= last_.to) {
      if (to > last_.to) last_.to = to;
      return;
    }
    start(from, to);
  }
  void add(const ByteRuns& other);
  // Sorted, apart from each other.
  const std::vector<ByteRun>& all();
  size_t size() const { return runs_.size(); }

 private:
  void start(uint64_t from, uint64_t to);
  void merge();
  ByteRun last_{1, 0};
  std::vector<ByteRun> runs_;  // all but the last
  std::array<ByteRun, 64> lately_{};
  size_t merge_at_ = 4096;
};

// The first byte that both sets have, or 0. Both sorted.
uint64_t common_byte(const std::vector<ByteRun>& a, const std::vector<ByteRun>& b);

}  // namespace wg
