#include "location.h"

#include <algorithm>

namespace wg::ptx {
namespace {
constexpr size_t kDeepestChain = 64;
constexpr uint64_t kMostFrames = 4 << 20;  // then only innermost frames are kept: hostile text can't make us hold gigabytes
}  // namespace

void Locations::begin_function() {
  caller_of_.clear();
  current_ = 0;
}

void Locations::set(const Frame& at, const Frame* caller) {
  if (caller) caller_of_[position(at)] = *caller;
  if (at.line == 0) return;
  std::vector<Position> chain{position(at)};
  for (size_t depth = 0; caller && depth < kDeepestChain && frames_ < kMostFrames; ++depth) {
    if (std::find(chain.begin(), chain.end(), position(*caller)) != chain.end()) break;  // recursion inlined into itself
    if (caller->line != 0) chain.push_back(position(*caller));
    auto outer = caller_of_.find(position(*caller));
    caller = outer == caller_of_.end() ? nullptr : &outer->second;
  }
  auto [entry, is_new] = index_.try_emplace(chain, static_cast<uint32_t>(module_.locations.size()));
  if (is_new) {
    std::vector<Frame> frames;
    for (const auto& [file, line, column] : chain) frames.push_back({file, line, column});
    frames_ += frames.size();
    module_.locations.push_back(std::move(frames));
  }
  current_ = entry->second;
}

}  // namespace wg::ptx
