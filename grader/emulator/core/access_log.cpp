#include "access_log.h"

#include <atomic>
#include <utility>

#include "access_ops.h"

namespace wg {
namespace {

constexpr size_t kRunsOfSite = 1u << 21;  // an instruction that touches more scattered places than this isn't compared
constexpr size_t kRunsHeld = 1u << 23;    // only an instruction that is over that limit gets here

bool is_memory(uint64_t a) { return in_device_range(a) || in_mapped_range(a); }

Handler& handler_of(Op& op) { return op.inner ? op.inner : op.run; }

// Calls each(op) for the program's loads, stores and atomics.
template <class F>
void each_access(ProgramImpl& program, F each) {
  for (const auto& code : program.codes) {
    for (Op& op : code->ops) {
      if (op.bytes && op.site < program.sites.size() && program.sites[op.site].memory >= 0) each(op);
    }
  }
}

std::atomic<uint64_t> serials{1};

}  // namespace

struct AccessLog::Local {
  std::vector<ByteRuns> sites;  // by memory site
};

namespace {
struct Mine {
  uint64_t log = 0;
  AccessLog::Local* local = nullptr;
};
thread_local Mine mine;
AccessLog* find_log(const Warp& w) { return w.worker->launch->options->log; }
}  // namespace

AccessLog::AccessLog(ProgramImpl& program) : program_(program), serial_(serials++) {
  handlers_.resize(program.memory_sites + 1);
  each_access(program, [&](Op& op) { handlers_[op.memory] = std::exchange(handler_of(op), before); });
}

AccessLog::~AccessLog() {
  each_access(program_, [&](Op& op) { handler_of(op) = handlers_[op.memory]; });
}

AccessLog::Local& AccessLog::local() {
  if (mine.log == serial_) return *mine.local;
  std::lock_guard lock(mutex_);
  Local& made = locals_.emplace_back();
  made.sites.resize(handlers_.size());
  mine = {serial_, &made};
  return made;
}

const Op* AccessLog::before(Warp& w, const Op* op) {
  AccessLog& log = *find_log(w);
  ByteRuns& runs = log.local().sites[op->memory];
  if (runs.size() < kRunsHeld) {
    alignas(64) uint64_t address[kLanes];
    lane_addresses(w, op, address);
    const uint64_t bytes = uint64_t(op->bytes) * op->count;
    const bool load = log.program_.sites[op->site].way == 0;
    for (uint32_t m = load ? lanes_that_count(w, op) : w.mask; m; m &= m - 1) {
      const uint64_t at = address[first_lane(m)];
      if (is_memory(at)) runs.add(at, at + bytes);
    }
  }
  return log.handlers_[op->memory](w, op);
}

std::vector<TouchedBytes> AccessLog::result() {
  std::vector<TouchedBytes> touched;
  each_access(program_, [&](const Op& op) {
    ByteRuns all;
    for (const Local& local : locals_) all.add(local.sites[op.memory]);
    std::vector<ByteRun> runs = all.all();
    if (runs.empty() || runs.size() >= kRunsOfSite) return;
    const Site& site = program_.sites[op.site];
    TouchedBytes t;
    t.frames = program_.frames[site.location];
    t.way = site.way == 0 ? TouchedBytes::Way::read : site.way == 1 ? TouchedBytes::Way::write : TouchedBytes::Way::atomic;
    t.strong = (op.flags & kStrong) != 0;
    t.runs = std::move(runs);
    touched.push_back(std::move(t));
  });
  return touched;
}

}  // namespace wg
