#include "timeline.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace wg {
namespace {

constexpr double kKernelLeast_s = 2e-6;   // of any kernel, however small
constexpr double kCopySetup_s = 1.5e-6;   // before the first byte moves
constexpr double kEvent_s = 5e-7;         // what hardware resolves: two events in a row are not at the same time
constexpr double kHostFunction_s = 1e-5;  // until the host's thread has been woken
constexpr double kPageableShare = 0.4;    // of the bus that a copy by way of a staging buffer gets
constexpr double kIssuePerCycle = 4;      // warp-instructions, of a multiprocessor: one from each scheduler
constexpr size_t kSteps = 1024;           // remembered, of an engine
constexpr double kWhole = 1 + 1e-9;

}  // namespace

Cost Timeline::kernel(const KernelWork& w) const {
  const auto multiprocessors = static_cast<double>(card_.sm_count);
  const double clock_hz = static_cast<double>(card_.clock_khz) * 1e3, blocks = static_cast<double>(std::max<uint64_t>(w.blocks, 1));
  const double instructions = static_cast<double>(w.warp_instructions), of_block = instructions / blocks;
  const double rounds = static_cast<double>((std::max<uint64_t>(w.blocks, 1) - 1) / static_cast<uint64_t>(card_.sm_count) + 1);
  const double longest =
      static_cast<double>(w.longest_block_instructions) / std::clamp(static_cast<double>(w.warps_per_block), 1.0, kIssuePerCycle);
  const double cycles = std::max({instructions / (kIssuePerCycle * multiprocessors), rounds * of_block / kIssuePerCycle, longest});
  Cost cost;
  cost.engine = Engine::compute;
  cost.kind = "kernel";
  cost.seconds = std::max({kKernelLeast_s, cycles / clock_hz, w.dram_bytes / (card_.memory_gb_s * 1e9)}) + injected_.kernel_s;
  cost.share = w.blocks_at_once ? std::min(1.0, blocks / static_cast<double>(w.blocks_at_once)) : 1.0;
  return cost;
}

Cost Timeline::host_copy(Engine engine, const char* kind, uint64_t bytes, const char* memory) const {
  const bool pageable = std::string_view(memory) == "pageable";
  Cost cost;
  cost.engine = card_.copy_engines > 1 ? engine : Engine::to_device;  // a single engine serves both ways
  cost.kind = kind;
  cost.memory = memory;
  cost.bytes = bytes;
  cost.seconds = kCopySetup_s + static_cast<double>(bytes) / (card_.pcie_gb_s * 1e9 * (pageable ? kPageableShare : 1)) +
                 (engine == Engine::to_device ? injected_.to_device_s : injected_.to_host_s);
  return cost;
}

Cost Timeline::copy_on_device(uint64_t bytes) const {
  return {Engine::compute, kCopySetup_s + 2 * static_cast<double>(bytes) / (card_.memory_gb_s * 1e9), 1, "DtoD", "", false, bytes};
}

Cost Timeline::fill(uint64_t bytes) const {
  return {Engine::compute, kCopySetup_s + static_cast<double>(bytes) / (card_.memory_gb_s * 1e9), 1, "memset", "", false, bytes};
}

Cost Timeline::event() { return {Engine::none, kEvent_s, 1, "", "", false, 0}; }
Cost Timeline::host_function() { return {Engine::none, kHostFunction_s, 1, "host", "", false, 0}; }

// The earliest time at which enough of the engine is free for long enough. Operations come here in the order in which they are done, which
// needn't be that of their times: gaps are filled.
double Timeline::place(const Cost& cost, double ready_s) {
  double begin = ready_s;
  if (cost.engine != Engine::none) {
    std::vector<Step>& steps = steps_[static_cast<size_t>(cost.engine)];
    if (steps.empty()) steps.push_back({0, 0});
    const auto end_of = [&](size_t i) { return i + 1 < steps.size() ? steps[i + 1].from : HUGE_VAL; };
    for (size_t i = 0; i < steps.size() && steps[i].from < begin + cost.seconds; ++i) {
      if (steps[i].used + cost.share > kWhole && end_of(i) > begin) begin = end_of(i);
    }
    const auto split = [&](double at) {  // a step begins at `at`; its index
      size_t i = steps.size() - 1;
      while (i > 0 && steps[i].from > at) --i;
      if (steps[i].from < at) {
        const Step rest{at, steps[i].used};
        steps.insert(steps.begin() + static_cast<long>(++i), rest);
      }
      return i;
    };
    const size_t first = split(begin), last = split(begin + cost.seconds);
    for (size_t i = first; i < last; ++i) steps[i].used += cost.share;
    // Nothing to come begins before the host's clock; the oldest goes if there is too much else.
    size_t over = steps.size() > kSteps ? steps.size() / 2 : 0;
    while (over + 1 < steps.size() && steps[over + 1].from <= host_s_) ++over;
    steps.erase(steps.begin(), steps.begin() + static_cast<long>(over));
  }
  last_end_s_ = std::max(last_end_s_, begin + cost.seconds);
  return begin;
}

}  // namespace wg
