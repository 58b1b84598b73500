#include "byte_runs.h"

#include <algorithm>

namespace wg {

void ByteRuns::start(uint64_t from, uint64_t to) {
  if (last_.from < last_.to) {
    ByteRun& slot = lately_[(last_.from / 32) % lately_.size()];
    if (slot.from > last_.from || slot.to < last_.to || slot.to == 0) {
      slot = last_;
      runs_.push_back(last_);
      if (runs_.size() >= merge_at_) merge();
    }
  }
  last_ = {from, to};
}

void ByteRuns::merge() {
  std::sort(runs_.begin(), runs_.end(), [](const ByteRun& a, const ByteRun& b) { return a.from < b.from; });
  size_t kept = 0;
  for (const ByteRun& run : runs_) {
    if (kept && run.from <= runs_[kept - 1].to) {
      runs_[kept - 1].to = std::max(runs_[kept - 1].to, run.to);
    } else {
      runs_[kept++] = run;
    }
  }
  runs_.resize(kept);
  merge_at_ = std::max<size_t>(4096, 2 * kept);
}

void ByteRuns::add(const ByteRuns& other) {
  for (const ByteRun& run : other.runs_) add(run.from, run.to);
  if (other.last_.from < other.last_.to) add(other.last_.from, other.last_.to);
}

const std::vector<ByteRun>& ByteRuns::all() {
  if (last_.from < last_.to) runs_.push_back(last_);
  last_ = {1, 0};
  lately_ = {};
  merge();
  return runs_;
}

uint64_t common_byte(const std::vector<ByteRun>& a, const std::vector<ByteRun>& b) {
  for (size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    if (const uint64_t at = std::max(a[i].from, b[k].from); at < a[i].to && at < b[k].to) return at;
    if (a[i].to <= b[k].to) {
      ++i;
    } else {
      ++k;
    }
  }
  return 0;
}

}  // namespace wg
