#include "record.h"

#include <algorithm>

namespace wg {
namespace {

constexpr size_t kTraceKept = 20000, kLaunchesKept = 20000, kMarksKept = 20000, kLaunchMetricsKept = 200, kWorkKept = 20000;
constexpr size_t kFindingsKept = 1000, kKernelsKept = 1000, kLinesKept = 20000;
constexpr const char* kOtherKernels = "(further kernels)";

// Two findings are one if they say the same about the same places. Without line numbers the sentence stands in for the place.
std::string identity(const Finding& f) {
  std::string key = f.verdict + (f.note ? "\1" : "\2");
  for (const auto* frames : {&f.frames, &f.other_frames}) {
    key += '\3';
    for (const SourceFrame& frame : *frames) key += frame.file + '\4' + std::to_string(frame.line) + '\5';
  }
  for (const HostPlace* host : {&f.host, &f.other_host})
    if (!host->module.empty()) key += host->module + '\6' + std::to_string(host->offset) + '\6';
  if (!f.host.module.empty()) key += f.kernel;
  else if (f.frames.empty()) key += f.kernel + '\6' + f.message;
  if (!f.caller.empty()) key += f.caller;
  return key;
}

}  // namespace

void Recorder::trace(TraceEntry entry) {
  std::lock_guard lock(mutex_);
  if (trace_.size() < kTraceKept) {
    trace_.push_back(std::move(entry));
  } else {
    ++trace_dropped_;
  }
}

int Recorder::new_client() {
  std::lock_guard lock(mutex_);
  return clients_++;
}

void Recorder::worked(WorkEntry entry) {
  std::lock_guard lock(mutex_);
  if (work_.size() < kWorkKept) {
    work_.push_back(std::move(entry));
  } else {
    ++work_dropped_;
  }
}

void Recorder::mark(const std::string& phase) {
  std::lock_guard lock(mutex_);
  loaded_ |= phase == "load";
  if (marks_.size() < kMarksKept) marks_.push_back(phase);
}

void Recorder::unsupported(const std::string& name) {
  std::lock_guard lock(mutex_);
  unsupported_.insert(name);  // names come from our table: bounded
}

void Recorder::host_fault(HostFault fault) {
  std::lock_guard lock(mutex_);
  if (!host_fault_) host_fault_ = std::move(fault);
}

bool Recorder::loaded() const {
  std::lock_guard lock(mutex_);
  return loaded_;
}

void Recorder::exchanged(uint64_t to_host, uint64_t to_device) {
  std::lock_guard lock(mutex_);
  if (!loaded_) return;
  exchanged_.to_host += to_host;
  exchanged_.to_device += to_device;
}

void Recorder::stored_by_host(const std::string& buffer, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  if (loaded_ && bytes) stored_by_host_[buffer] += bytes;
}

void Recorder::gave(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  gave_ += bytes;
}

void Recorder::moved_unseen(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  moved_unseen_ += bytes;
}

void Recorder::finding(Finding finding, int64_t launch, const std::string& phase) {
  std::lock_guard lock(mutex_);
  add_finding(std::move(finding), launch, phase);
}

void Recorder::add_finding(Finding finding, int64_t launch, const std::string& phase) {
  const std::string key = identity(finding);
  const auto known = finding_index_.find(key);
  if (known != finding_index_.end()) {
    findings_[known->second].finding.count += finding.count;
  } else if (findings_.size() < kFindingsKept + notes_ && (!finding.note || notes_ < kFindingsKept)) {  // notes crowd out no fault
    notes_ += finding.note;
    finding_index_.emplace(key, findings_.size());
    findings_.push_back({std::move(finding), launch, phase});
  } else {
    ++findings_dropped_;
  }
}

int64_t Recorder::launch(LaunchEntry entry) {
  std::lock_guard lock(mutex_);
  if (launches_.size() < kLaunchesKept) launches_.push_back(std::move(entry));
  return static_cast<int64_t>(launches_total_++);
}

void Recorder::launch_ran(int64_t index, const std::string& kernel_name, const std::string& phase, const LaunchResult& result,
                          const KernelInfo& kernel) {
  std::lock_guard lock(mutex_);
  if (static_cast<size_t>(index) < launches_.size()) {
    LaunchEntry& entry = launches_[static_cast<size_t>(index)];
    entry.error = result.error;
    entry.warp_instructions = result.warp_instructions;
    entry.longest_block_instructions = result.longest_block_instructions;
    entry.wall_s = result.wall_s;
    entry.cpu_s = result.cpu_s;
    if (static_cast<size_t>(index) < kLaunchMetricsKept) entry.metrics = result.metrics;
  }
  kernel_s_ += result.wall_s;
  for (const Finding& f : result.findings) add_finding(f, index, phase);
  auto total = kernels_.find(kernel_name);
  if (total == kernels_.end()) {
    // Beyond the limit kernels share one row: work that no counter shows would be work for nothing.
    const bool own = kernels_.size() < kKernelsKept;
    const std::string name = own ? kernel_name : kOtherKernels;
    const auto [place, made] = kernels_.emplace(name, KernelTotal{});
    total = place;
    if (made) {
      total->second.base = own ? kernel.base : name;
      total->second.mangled = own ? kernel.name : "";
      total->second.static_shared_bytes = own ? kernel.static_shared_bytes : 0;
      kernel_order_.push_back(name);
    }
  }
  ++total->second.launches;
  add_metrics(total->second.metrics, result.metrics);
  for (const LineMetrics& line : result.lines) {
    std::vector<std::pair<std::string, uint32_t>> place;
    for (const SourceFrame& frame : line.frames) place.emplace_back(frame.file, frame.line);
    if (total->second.lines.size() >= kLinesKept && !total->second.lines.contains(place)) continue;
    LineTotal& known = total->second.lines[place];
    add_metrics(known.metrics, line.metrics);
    for (const auto& [space, picture] : line.worst) keep_worse(known.worst, picture);
  }
}

}  // namespace wg
