// A vector clock over the blocks of a launch: a number for each, 0 at first. Copies share what they have in common.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace wg {

class Clocks {
 public:
  uint32_t get(uint64_t block) const {
    const size_t part = block / kPart;
    return part < parts_.size() && parts_[part] ? (*parts_[part])[block % kPart] : 0;
  }
  void raise(uint64_t block, uint32_t to) {
    const size_t part = block / kPart;
    if (part >= parts_.size()) parts_.resize(part + 1);
    auto& p = parts_[part];
    if (!p) p = std::make_shared<Part>();
    else if ((*p)[block % kPart] >= to) return;
    else if (p.use_count() > 1) p = std::make_shared<Part>(*p);
    (*p)[block % kPart] = to;
  }
  void join(const Clocks& other) {
    if (parts_.size() < other.parts_.size()) parts_.resize(other.parts_.size());
    for (size_t i = 0; i < other.parts_.size(); i++) {
      const auto& theirs = other.parts_[i];
      auto& mine = parts_[i];
      if (!theirs || mine == theirs) continue;
      if (!mine) {
        mine = theirs;
        continue;
      }
      bool more = false, less = false;
      for (size_t k = 0; k < kPart; k++) {
        more |= (*theirs)[k] > (*mine)[k];
        less |= (*theirs)[k] < (*mine)[k];
      }
      if (!more) continue;
      if (!less) {
        mine = theirs;
        continue;
      }
      auto both = std::make_shared<Part>(*mine);
      for (size_t k = 0; k < kPart; k++) (*both)[k] = std::max((*both)[k], (*theirs)[k]);
      mine = std::move(both);
    }
  }
  void clear() { parts_ = {}; }

 private:
  static constexpr size_t kPart = 128;
  using Part = std::array<uint32_t, kPart>;
  std::vector<std::shared_ptr<Part>> parts_;
};

}  // namespace wg
