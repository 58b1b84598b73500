// Happens-before as vector clocks: for each stream, how many of its operations are known to be over. An operation is ordered before
// whatever knows its position in its stream.
//
// Every operation has a clock, and events keep theirs. Clocks that follow from each other differ in few places: they share the parts in
// which they don't, so that a thousand events of a program with a thousand streams are no million numbers.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace wg {

class Clock {
 public:
  uint64_t of(int stream) const {
    const auto at = place(part_of(stream));
    return at != parts_.end() && at->first == part_of(stream) ? (*at->second)[slot_of(stream)] : 0;
  }
  void raise(int stream, uint64_t position) {
    if (of(stream) >= position) return;
    own(part_of(stream))[slot_of(stream)] = position;
  }
  void join(const Clock& other) {
    if (parts_.empty()) {
      parts_ = other.parts_;
      return;
    }
    for (const auto& [number, theirs] : other.parts_) {
      const auto at = place(number);
      if (at == parts_.end() || at->first != number) {
        parts_.insert(at, {number, theirs});
      } else if (at->second != theirs && !covers(*at->second, *theirs)) {
        if (covers(*theirs, *at->second)) {
          parts_[static_cast<size_t>(at - parts_.begin())].second = theirs;
        } else {
          Part& mine = own(number);
          for (size_t i = 0; i < kSlots; ++i) mine[i] = std::max(mine[i], (*theirs)[i]);
        }
      }
    }
  }

 private:
  static constexpr size_t kSlots = 32;
  using Part = std::array<uint64_t, kSlots>;
  using Parts = std::vector<std::pair<uint32_t, std::shared_ptr<Part>>>;

  static uint32_t part_of(int stream) { return static_cast<uint32_t>(stream) / kSlots; }
  static size_t slot_of(int stream) { return static_cast<uint32_t>(stream) % kSlots; }
  static bool covers(const Part& a, const Part& b) {
    for (size_t i = 0; i < kSlots; ++i) {
      if (a[i] < b[i]) return false;
    }
    return true;
  }

  Parts::const_iterator place(uint32_t number) const {
    return std::lower_bound(parts_.begin(), parts_.end(), number, [](const auto& part, uint32_t wanted) { return part.first < wanted; });
  }
  // A part that no other clock has, to be changed.
  Part& own(uint32_t number) {
    const auto at = place(number);
    const auto index = static_cast<size_t>(at - parts_.begin());
    if (at == parts_.end() || at->first != number) {
      parts_.insert(at, {number, std::make_shared<Part>()});
    } else if (at->second.use_count() > 1) {
      parts_[index].second = std::make_shared<Part>(*at->second);
    }
    return *parts_[index].second;
  }

  Parts parts_;  // ascending
};

}  // namespace wg
