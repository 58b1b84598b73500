// What the device believes of a run, and what the judge reads: findings, counters, launches, API trace. Written as device.json at the end.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "../core/gpu.h"
#include "metrics.h"
#include "options.h"

namespace wg {

struct TraceEntry {
  std::string name, phase;
  int error = 0;
  uint64_t bytes = 0;
  std::string kind;      // "HtoD", … for copies
  int stream = 0;        // 0 is the default stream, then in order of creation
  HostPlace host;        // where the program called
  bool again = false;    // a query that had said "not ready" of the same work under the same mark
  std::string why = "";  // of a library's call: the reason for its status
};

// When an operation began and ended in virtual time.
struct WorkEntry {
  int client = 0, stream = 0;
  const char* kind;  // "kernel", "HtoD", …
  std::string name, phase;
  double start_s = 0, end_s = 0;
  uint64_t bytes = 0;
  const char* memory;  // the host's side of a copy: "pageable", "pinned", "managed"
  bool asynchronous = false;
  HostPlace host;  // where the program asked for it
};

struct LaunchEntry {
  std::string kernel, phase;
  Dim3 grid, block;
  uint64_t shared_bytes = 0;
  int stream = 0, error = 0;
  std::string why;  // which limit a refused launch exceeds
  HostPlace host;   // where the program launched it
  uint64_t warp_instructions = 0;
  uint64_t longest_block_instructions = 0;
  double wall_s = 0, cpu_s = 0;
  Metrics metrics;  // of the first launches; later ones are in their kernel's sums only
};

// Bytes that went between the device and the program that was loaded, by whatever way and under whatever mark: copies, printf, memory that
// both see; to the device also parameters of kernels and values of memsets. The runner's own copies aren't among them.
struct Exchanged {
  uint64_t to_host = 0, to_device = 0;
};

struct HostFault {
  uint64_t address = 0, offset = 0;
  std::string module, explanation;
};

// Shared by all clients; every method locks. Everything is bounded, whatever the clients send.
class Recorder {
 public:
  int new_client();  // its number, from 0
  void trace(TraceEntry entry);
  void worked(WorkEntry entry);
  void mark(const std::string& phase);
  void unsupported(const std::string& name);
  void host_fault(HostFault fault);
  bool loaded() const;  // the mark "load" was set: from here on a client's word is a student's
  void exchanged(uint64_t to_host, uint64_t to_device);
  // Of launchers, for the judge: bytes that host code changed in a buffer, parameters of kernels and values of memsets, and copied bytes
  // that there was no room to record.
  void stored_by_host(const std::string& buffer, uint64_t bytes);
  void gave(uint64_t bytes);
  void moved_unseen(uint64_t bytes);
  void finding(Finding finding, int64_t launch, const std::string& phase);
  // Records that a kernel was launched, or refused. Returns the launch's index.
  int64_t launch(LaunchEntry entry);
  // It has run: its findings and counters.
  void launch_ran(int64_t index, const std::string& kernel_name, const std::string& phase, const LaunchResult& result,
                  const KernelInfo& kernel);

  std::string to_json(const Options& options) const;

 private:
  struct Noted {
    Finding finding;
    int64_t launch;
    std::string phase;
  };
  struct LineTotal {
    Metrics metrics;
    Pictures worst;
  };
  struct KernelTotal {
    std::string base, mangled;
    uint32_t static_shared_bytes = 0;
    uint64_t launches = 0;
    Metrics metrics;
    std::map<std::vector<std::pair<std::string, uint32_t>>, LineTotal> lines;
  };
  void add_finding(Finding finding, int64_t launch, const std::string& phase);

  mutable std::mutex mutex_;
  int clients_ = 0;
  std::vector<WorkEntry> work_;
  uint64_t work_dropped_ = 0;
  std::vector<TraceEntry> trace_;
  std::vector<LaunchEntry> launches_;
  std::vector<Noted> findings_;
  std::map<std::string, size_t> finding_index_;
  std::map<std::string, KernelTotal> kernels_;
  std::vector<std::string> kernel_order_, marks_;
  std::set<std::string> unsupported_;
  Exchanged exchanged_;
  std::map<std::string, uint64_t> stored_by_host_;  // by the runner's names of its buffers
  uint64_t gave_ = 0, moved_unseen_ = 0;
  bool loaded_ = false;
  std::optional<HostFault> host_fault_;
  uint64_t trace_dropped_ = 0, launches_total_ = 0, findings_dropped_ = 0, notes_ = 0;
  double kernel_s_ = 0;
};

}  // namespace wg
