// device.json: the record in the form that docs/design/internal-contracts.md pins.
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "json.h"
#include "record.h"

namespace wg {
namespace {

void put(Json& json, const Dim3& d) { json.begin_array().value(d.x).value(d.y).value(d.z).end_array(); }

void put(Json& json, const std::vector<SourceFrame>& frames) {
  json.begin_array();
  for (const SourceFrame& frame : frames) json.begin_array().value(frame.file).value(frame.line).value(frame.column).end_array();
  json.end_array();
}

void put(Json& json, const Metrics& metrics) {
  json.begin_object();
  for (const auto& [name, value] : metrics) {
    if (std::isfinite(value)) json.key(name).value(value);
  }
  json.end_object();
}

void put(Json& json, const AccessPicture& p) {
  json.begin_object();
  json.key("space").value(name_of(p.space));
  json.key("op").value(name_of(p.direction));
  json.key("bytes").value(p.bytes);
  json.key("mask").value(p.mask);
  json.key("offsets").begin_array();
  for (const uint64_t offset : p.offset) json.value(offset);
  json.end_array();
  json.key("residue").value(p.residue);
  json.key("cost").value(p.cost);
  json.key("ideal").value(p.ideal);
  json.end_object();
}

// A member, if the place is known.
void put(Json& json, const HostPlace& place, const char* name = "host") {
  if (place.module.empty()) return;
  json.key(name).begin_object();
  json.key("module").value(place.module);
  json.key("offset").value(place.offset);
  if (place.outer) json.key("outer").value(place.outer);
  json.end_object();
}

void put(Json& json, const Finding& f, int64_t launch, const std::string& phase) {
  json.begin_object();
  json.key("verdict").value(f.verdict);
  json.key("note").value(f.note);
  json.key("kernel").value(f.kernel);
  put(json.key("frames"), f.frames);
  put(json.key("other_frames"), f.other_frames);
  // A misuse by host code happened in no thread of a kernel, nor does a kernel run that was refused; only a race with one thread has
  // another.
  const bool in_kernel = !f.kernel.empty() && launch >= 0 && f.verdict != "LAUNCH_ERROR_UNREPORTED";
  const auto place = [&](const char* name, const Dim3& where, bool known) {
    json.key(name);
    if (known) {
      put(json, where);
    } else {
      json.null();
    }
  };
  place("block", f.block, in_kernel);
  place("thread", f.thread, in_kernel);
  place("other_thread", f.other_thread.value_or(Dim3{}), f.other_thread.has_value());
  json.key("count").value(f.count);
  json.key("message").value(f.message);
  json.key("launch");
  if (launch < 0) {
    json.null();
  } else {
    json.value(launch);
  }
  json.key("phase").value(phase);
  put(json, f.host);
  put(json, f.other_host, "other_host");
  if (!f.caller.empty()) json.key("caller").value(f.caller);
  json.end_object();
}

void put(Json& json, const LaunchEntry& l, size_t index) {
  json.begin_object();
  json.key("index").value(index);
  json.key("kernel").value(l.kernel);
  json.key("phase").value(l.phase);
  put(json.key("grid"), l.grid);
  put(json.key("block"), l.block);
  json.key("shared_bytes").value(l.shared_bytes);
  json.key("stream").value(l.stream);
  json.key("error").value(l.error);
  if (!l.why.empty()) json.key("why").value(l.why);
  put(json, l.host);
  json.key("warp_instructions").value(l.warp_instructions);
  json.key("longest_block_instructions").value(l.longest_block_instructions);
  json.key("wall_s").value(l.wall_s);
  json.key("cpu_s").value(l.cpu_s);
  if (!l.metrics.empty()) put(json.key("metrics"), l.metrics);
  json.end_object();
}

double nanoseconds(double seconds) { return std::round(seconds * 1e9); }

void put(Json& json, const TraceEntry& t) {
  json.begin_object();
  json.key("name").value(t.name);
  json.key("phase").value(t.phase);
  json.key("error").value(t.error);
  json.key("bytes").value(t.bytes);
  json.key("kind").value(t.kind);
  json.key("stream").value(t.stream);
  if (t.again) json.key("again").value(true);
  if (!t.why.empty()) json.key("why").value(t.why);
  put(json, t.host);
  json.end_object();
}

void put(Json& json, const WorkEntry& w) {
  json.begin_object();
  json.key("client").value(w.client);
  json.key("stream").value(w.stream);
  json.key("kind").value(w.kind);
  json.key("name").value(w.name);
  json.key("phase").value(w.phase);
  json.key("start_us").value(nanoseconds(w.start_s) / 1e3);
  json.key("end_us").value(nanoseconds(w.end_s) / 1e3);
  json.key("bytes").value(w.bytes);
  json.key("memory").value(w.memory);
  json.key("asynchronous").value(w.asynchronous);
  put(json, w.host);
  json.end_object();
}

// Of all work together: from the first beginning to the last end, and what share of the work ran beside other work. Clients have a clock
// each.
struct Makespan {
  double seconds = 0, overlap = 0;
};
Makespan makespan_of(const std::vector<WorkEntry>& work) {
  std::map<int, std::vector<std::pair<double, double>>> spans;
  for (const WorkEntry& w : work) spans[w.client].emplace_back(w.start_s, w.end_s);
  Makespan m;
  double busy = 0, covered = 0;
  for (auto& [client, all] : spans) {
    std::sort(all.begin(), all.end());
    double end = all.front().first, last = end;
    for (const auto& [from, to] : all) {
      busy += to - from;
      covered += std::max(0.0, to - std::max(from, end));
      end = std::max(end, to);
      last = std::max(last, to);
    }
    m.seconds = std::max(m.seconds, last - all.front().first);
  }
  if (busy > 0) m.overlap = 1 - covered / busy;
  return m;
}

// Of this process so far: loading modules, copies and kernels.
double process_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::string Recorder::to_json(const Options& options) const {
  std::lock_guard lock(mutex_);
  Json json;
  json.begin_object();
  json.key("profile").value(options.profile_name);
  json.key("threads").value(options.threads);
  json.key("checks").begin_array();
  if (options.checks & kMemcheck) json.value("memcheck");
  if (options.checks & kRacecheck) json.value("racecheck");
  if (options.checks & kInitcheck) json.value("initcheck");
  if (options.checks & kSynccheck) json.value("synccheck");
  if (options.leak_check) json.value("leak");
  json.end_array();

  json.key("findings").begin_array();
  for (const Noted& noted : findings_) put(json, noted.finding, noted.launch, noted.phase);
  json.end_array();

  json.key("kernels").begin_array();
  for (const std::string& name : kernel_order_) {
    const KernelTotal& total = kernels_.at(name);
    json.begin_object();
    json.key("name").value(name);
    json.key("base").value(total.base);
    json.key("mangled").value(total.mangled);
    json.key("static_shared_bytes").value(total.static_shared_bytes);
    json.key("launches").value(total.launches);
    put(json.key("metrics"), total.metrics);
    json.key("lines").begin_array();
    for (const auto& [place, line] : total.lines) {
      json.begin_object().key("frames").begin_array();
      for (const auto& [file, number] : place) json.begin_array().value(file).value(number).end_array();
      json.end_array();
      put(json.key("metrics"), line.metrics);
      if (!line.worst.empty()) {
        put(json.key("pattern"), worst_of(line.worst));
        json.key("patterns").begin_array();
        for (const auto& [space, picture] : line.worst) put(json, picture);
        json.end_array();
      }
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();

  json.key("launches").begin_array();
  for (size_t i = 0; i < launches_.size(); ++i) put(json, launches_[i], i);
  json.end_array();
  json.key("launches_dropped").value(launches_total_ - launches_.size());

  json.key("trace").begin_array();
  for (const TraceEntry& entry : trace_) put(json, entry);
  json.end_array();
  json.key("trace_dropped").value(trace_dropped_);
  json.key("findings_dropped").value(findings_dropped_);

  const Makespan makespan = makespan_of(work_);
  json.key("timeline").begin_array();
  for (const WorkEntry& w : work_) put(json, w);
  json.end_array();
  json.key("timeline_dropped").value(work_dropped_);
  json.key("makespan_us").value(nanoseconds(makespan.seconds) / 1e3);
  json.key("overlap").value(makespan.overlap);

  json.key("marks").begin_array();
  for (const std::string& mark : marks_) json.value(mark);
  json.end_array();
  json.key("unsupported").begin_array();
  for (const std::string& name : unsupported_) json.value(name);
  json.end_array();

  json.key("exchanged").begin_object();
  json.key("to_host").value(exchanged_.to_host);
  json.key("to_device").value(exchanged_.to_device);
  json.end_object();

  json.key("origin").begin_object();
  json.key("stored_by_host").begin_object();
  for (const auto& [buffer, bytes] : stored_by_host_) json.key(buffer).value(bytes);
  json.end_object();
  json.key("gave").value(gave_);
  json.key("moved_unseen").value(moved_unseen_);
  json.end_object();

  json.key("host_fault");
  if (host_fault_) {
    json.begin_object();
    json.key("address").value(host_fault_->address);
    json.key("module").value(host_fault_->module);
    json.key("offset").value(host_fault_->offset);
    json.key("explanation").value(host_fault_->explanation);
    json.end_object();
  } else {
    json.null();
  }
  json.key("kernel_s").value(kernel_s_);
  json.key("cpu_s").value(process_cpu_s());
  json.end_object();
  return json.text() + "\n";
}

}  // namespace wg
