// A vector clock over the blocks of a launch: a number for each, 0 at first. Most know of one or two blocks only, and have these at hand;
// of many, what they know lies in parts, which copies share as long as they are the same.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

namespace wg {

class Clocks {
 public:
  using Seen = std::unordered_set<const void*>;

  uint32_t get(uint64_t block) const {
    uint32_t at = in_parts(block);
    for (const Entry& e : few_)
      if (e.block == block) at = std::max(at, e.at);
    return at;
  }
  // `taken`: the bytes of all parts that live, kept up to date.
  void raise(uint64_t block, uint32_t to, size_t& taken) {
    for (Entry& e : few_)
      if (e.at && e.block == block) {
        e.at = std::max(e.at, to);
        return;
      }
    if (in_parts(block) >= to) return;
    for (Entry& e : few_)
      if (!e.at) {
        e = {uint32_t(block), to};
        return;
      }
    for (Entry& e : few_) {
      put(e.block, e.at, taken);
      e = {};
    }
    few_[0] = {uint32_t(block), to};
  }
  void join(const Clocks& other, size_t& taken) {
    if (other.parts_ && other.parts_ != parts_) join_parts(other, taken);
    for (const Entry& e : other.few_)
      if (e.at) raise(e.block, e.at, taken);
  }
  void clear() { *this = {}; }

  // each(block, number) of all that is not 0, without the parts that were seen before.
  template <class F>
  void each(Seen& seen, F f) const {
    for (const Entry& e : few_)
      if (e.at) f(e.block, e.at);
    if (!parts_ || !seen.insert(parts_.get()).second) return;
    for (size_t i = 0; i < parts_->of.size(); i++) {
      const Part* part = parts_->of[i].get();
      if (!part || !seen.insert(part).second) continue;
      for (size_t k = 0; k < kPart; k++)
        if (part->at[k]) f(uint32_t(i * kPart + k), part->at[k]);
    }
  }

 private:
  static constexpr size_t kPart = 128;
  struct Entry {
    uint32_t block = 0, at = 0;
  };
  // Tells how many bytes there are of its kind.
  struct Counted {
    Counted(size_t& taken, size_t bytes) : taken_(taken), bytes_(bytes) { taken_ += bytes_; }
    Counted(const Counted&) = delete;
    ~Counted() { taken_ -= bytes_; }

   private:
    size_t& taken_;
    const size_t bytes_;
  };
  struct Part : Counted {
    explicit Part(size_t& taken) : Counted(taken, sizeof(Part)) {}
    std::array<uint32_t, kPart> at{};
  };
  using PartPointer = std::shared_ptr<Part>;
  struct Parts : Counted {
    Parts(size_t& taken, std::vector<PartPointer> parts) : Counted(taken, parts.size() * sizeof(PartPointer)), of(std::move(parts)) {}
    std::vector<PartPointer> of;
  };

  uint32_t in_parts(uint64_t block) const {
    const size_t i = block / kPart;
    return parts_ && i < parts_->of.size() && parts_->of[i] ? parts_->of[i]->at[block % kPart] : 0;
  }

  // Its own parts, at least n of them.
  std::vector<PartPointer>& own(size_t n, size_t& taken) {
    if (parts_ && parts_.use_count() == 1 && parts_->of.size() >= n) return parts_->of;
    std::vector<PartPointer> mine;
    if (parts_) mine = parts_->of;
    if (mine.size() < n) mine.resize(n);
    parts_ = std::make_shared<Parts>(taken, std::move(mine));
    return parts_->of;
  }

  void put(uint64_t block, uint32_t to, size_t& taken) {
    if (in_parts(block) >= to) return;
    PartPointer& p = own(block / kPart + 1, taken)[block / kPart];
    if (!p || p.use_count() > 1) {
      auto mine = std::make_shared<Part>(taken);
      if (p) mine->at = p->at;
      p = std::move(mine);
    }
    p->at[block % kPart] = to;
  }

  // Whether a part knows something that the other doesn't, and the other way round.
  struct News {
    bool of_a = false, of_b = false;
  };
  static News compare(const Part* a, const Part* b) {
    if (a == b) return {};
    uint32_t of_a = 0, of_b = 0;
    for (size_t k = 0; k < kPart; k++) {
      const uint32_t x = a ? a->at[k] : 0, y = b ? b->at[k] : 0;
      of_a |= x > y;
      of_b |= x < y;
    }
    return {of_a != 0, of_b != 0};
  }
  static const Part* part(const std::vector<PartPointer>& of, size_t i) { return i < of.size() ? of[i].get() : nullptr; }

  void join_parts(const Clocks& other, size_t& taken) {
    if (!parts_) {
      parts_ = other.parts_;
      return;
    }
    const auto& theirs = other.parts_->of;
    News any;
    for (size_t i = 0; i < std::max(theirs.size(), parts_->of.size()) && !(any.of_a && any.of_b); i++) {
      const News news = compare(part(parts_->of, i), part(theirs, i));
      any = {any.of_a || news.of_a, any.of_b || news.of_b};
    }
    if (!any.of_b) return;
    if (!any.of_a) {
      parts_ = other.parts_;
      return;
    }
    auto& mine = own(theirs.size(), taken);
    for (size_t i = 0; i < theirs.size(); i++) {
      const News news = compare(mine[i].get(), theirs[i].get());
      if (!news.of_b) continue;
      if (!news.of_a) {
        mine[i] = theirs[i];
        continue;
      }
      auto both = std::make_shared<Part>(taken);
      for (size_t k = 0; k < kPart; k++) both->at[k] = std::max(mine[i]->at[k], theirs[i]->at[k]);
      mine[i] = std::move(both);
    }
  }

  std::array<Entry, 2> few_;  // beside what the parts say; `at` 0: free
  std::shared_ptr<Parts> parts_;
};

}  // namespace wg
