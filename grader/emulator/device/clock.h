// Happens-before as vector clocks: for each stream, how many of its operations are known to be over. An operation is ordered before
// whatever knows its position in its stream.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace wg {

class Clock {
 public:
  uint64_t of(int stream) const {
    const auto at = place(stream);
    return at != known_.end() && at->first == stream ? at->second : 0;
  }
  void raise(int stream, uint64_t position) {
    const auto at = place(stream);
    if (at != known_.end() && at->first == stream) {
      const_cast<uint64_t&>(at->second) = std::max(at->second, position);
    } else {
      known_.insert(at, {stream, position});
    }
  }
  void join(const Clock& other) {
    if (known_.empty()) known_ = other.known_;
    else
      for (const auto& [stream, position] : other.known_) raise(stream, position);
  }

 private:
  std::vector<std::pair<int, uint64_t>>::const_iterator place(int stream) const {
    return std::lower_bound(known_.begin(), known_.end(), stream, [](const auto& entry, int wanted) { return entry.first < wanted; });
  }
  std::vector<std::pair<int, uint64_t>> known_;  // by stream, ascending
};

}  // namespace wg
