// The request loop, the error state, and the small requests that belong to no other file.
#include "session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "libraries.h"
#include "socket_io.h"

namespace wg {

using wire::Api;
using wire::Op;
using wire::Reader;

namespace {
constexpr size_t kThreadsKept = 4096;
constexpr size_t kPrintfBytes = 1u << 20;  // per reply

int sealed_memory(uint64_t bytes) {
  const int file = memfd_create("warpgrade-staging", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  // The client holds this descriptor too: it must not be able to shrink the file under us.
  if (ftruncate(file, static_cast<off_t>(bytes)) == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    return file;
  close(file);
  return -1;
}

// What the program may ask of a device whose context is lost, without hearing so.
bool needs_no_context(Api api) {
  switch (api) {
    case Api::cudaGetDeviceCount:
    case Api::cudaGetDevice:
    case Api::cudaSetDevice:
    case Api::cudaInitDevice:
    case Api::cudaSetValidDevices:
    case Api::cudaChooseDevice:
    case Api::cudaGetDeviceProperties:
    case Api::cudaDeviceGetAttribute:
    case Api::cudaDeviceGetPCIBusId:
    case Api::cudaDeviceGetByPCIBusId:
    case Api::cudaDeviceCanAccessPeer:
    case Api::cudaDeviceGetP2PAttribute:
    case Api::cudaGetDeviceFlags:
    case Api::cudaSetDeviceFlags:
    case Api::cudaDriverGetVersion:
    case Api::cudaRuntimeGetVersion:
    case Api::none: return true;
    default: return false;
  }
}
}  // namespace

Session::Session(const Options& options, Recorder& recorder, Watchdog& watchdog, int socket)
    : options_(options),
      recorder_(recorder),
      watchdog_(watchdog),
      socket_(socket),
      memory_(std::make_unique<Memory>(options.memory_bytes)),
      timeline_(options.profile, options.latencies),
      client_(recorder.new_client()) {}

Session::~Session() {
  report_leaks();
  finish_launch_report();
  modules_.clear();  // programs place their variables in memory_: they go first
  if (staging_) munmap(staging_, wire::kStagingBytes);
  if (staging_fd_ >= 0) close(staging_fd_);
}

void Session::serve() {
  std::vector<uint8_t> payload;
  wire::RequestHeader header;
  while (wire::receive_all(socket_, &header, sizeof header)) {
    if (header.magic != wire::kMagic || header.version != wire::kVersion || header.bytes > wire::kMaxPayload) return;
    payload.resize(header.bytes);
    if (!wire::receive_all(socket_, payload.data(), payload.size())) return;
    Request request{static_cast<Op>(header.op),
                    static_cast<Api>(header.api),
                    header.thread,
                    (header.flags & wire::kPerThreadDefault) != 0,
                    {},
                    Reader(payload.data(), payload.size())};
    if (header.module && header.module <= module_names_.size())
      request.place = {module_names_[header.module - 1], header.offset, header.outer};
    if (request.api != Api::none) place_ = request.place;
    if (!answer(request)) return;
  }
}

// False ends the conversation.
bool Session::answer(Request& request) {
  out_.clear();
  descriptor_ = -1;
  int error;
  try {
    error = dispatch(request);
  } catch (const std::bad_alloc&) { error = kMemoryAllocation; } catch (const std::exception& fault) {
    // A fault of ours, whatever the client did. Ending with status 3 says so; going on could make a student pay for it.
    std::fprintf(stderr, "warpgrade-device: %s\n", fault.what());
    std::_Exit(3);
  }
  // Sent from a signal handler, or ahead of a request: nobody waits for a reply.
  if (request.op == Op::host_fault || request.op == Op::host_accesses || request.op == Op::module_name) return true;
  if (!request.in.ok()) error = error ? error : kInvalidValue;
  // The last error, as the runtime keeps it: per host thread. "Not yet" is an answer of queries and no error: it is not reported by
  // cudaGetLastError (CUDA C++ Programming Guide, "Error Checking").
  const bool answer = error == kNotReady && (request.op == Op::stream_query || request.op == Op::event_query);
  if (error && !answer && request.op != Op::last_error && request.op != Op::mark) {
    if (last_errors_.size() < kThreadsKept || last_errors_.contains(request.thread)) last_errors_[request.thread] = error;
    if (unreported_ && sticky_ == error && request.op != Op::launch) unreported_.reset();  // a call has told the program
  }
  return reply(error);
}

bool Session::reply(int error) {
  wire::ReplyHeader header;
  header.error = error;
  header.bytes = static_cast<uint32_t>(out_.data().size());
  const bool guards = new_guards();
  header.flags =
      (guards ? wire::kNewGuards : 0u) | (printf_text_.empty() ? 0u : wire::kPrintfWaiting) | (descriptor_ >= 0 ? wire::kDescriptor : 0u);
  bool sent = wire::send_all(socket_, &header, sizeof header) && wire::send_all(socket_, out_.data().data(), out_.data().size());
  if (descriptor_ >= 0) {
    sent = sent && wire::send_descriptor(socket_, descriptor_);
    if (descriptor_ != staging_fd_) close(descriptor_);
  }
  if (guards) {
    const auto count = static_cast<uint32_t>(guards_.size());
    sent = sent && wire::send_all(socket_, &count, sizeof count) && wire::send_all(socket_, guards_.data(), count * sizeof guards_[0]);
  }
  return sent;
}

int Session::dispatch(Request& r) {
  if (r.op == Op::library_call) return library_call(r);
  if (!sees_devices(r)) return note(r, kNoDevice);
  // Requests that a lost context doesn't stop.
  switch (r.op) {
    case Op::hello: return hello();
    case Op::mark: return mark(r);
    case Op::last_error: return last_error(r);
    case Op::take_printf: return take_printf();
    case Op::host_fault: return host_fault(r);
    case Op::host_accesses: host_accesses(r); return 0;
    case Op::module_name: module_name(r); return 0;
    case Op::device_reset: return device_reset(r);
    case Op::device_info: return note(r, device_info(r));
    case Op::module_begin: return module_begin(r);
    case Op::module_data: return module_data(r);
    case Op::module_close: return module_close(r);
    case Op::finish: return finish(r);
    case Op::unsupported: recorder_.unsupported(wire::name_of(r.api)); return note(r, kNotSupported);
    default: break;
  }
  if (r.api != Api::none) timeline_.call();
  if (const int error = surface()) return note(r, error);
  switch (r.op) {
    case Op::memory_info: return memory_info(r);
    case Op::allocate: return allocate(r);
    case Op::release: return release(r);
    case Op::release_in_order: return release_in_order(r);
    case Op::fill: return fill(r);
    case Op::copy: return copy(r);
    case Op::upload: return upload(r);
    case Op::name: return name(r);
    case Op::pointer_info: return pointer_info(r);
    case Op::managed_range: return managed_range(r);
    case Op::host_register: return host_register(r);
    case Op::host_unregister: return host_unregister(r);
    case Op::pool_create:
    case Op::pool_destroy:
    case Op::pool_allocate:
    case Op::pool_token:
    case Op::pool_import:
    case Op::pool_import_pointer:
    case Op::pool_get:
    case Op::pool_set:
    case Op::pool_trim:
    case Op::pool_current:
    case Op::pool_use: return pool_op(r);
    case Op::kernel: return kernel(r);
    case Op::variable: return variable(r);
    case Op::managed_variable: return managed_variable(r);
    case Op::kernel_attribute: return kernel_attribute(r);
    case Op::occupancy: return occupancy(r);
    case Op::launch: return launch(r);
    case Op::limit: return limit(r);
    case Op::stream_create: return stream_create(r);
    case Op::stream_destroy:
    case Op::stream_synchronize:
    case Op::stream_query:
    case Op::stream_info:
    case Op::stream_wait_event: return stream_op(r);
    case Op::event_create: return event_create(r);
    case Op::event_destroy:
    case Op::event_record:
    case Op::event_synchronize:
    case Op::event_query:
    case Op::event_elapsed: return event_op(r);
    case Op::device_synchronize: return note(r, wait_all());
    case Op::host_function: return host_function(r);
    case Op::hand_over: return hand_over(r);
    case Op::progress: return progress(r);
    default: return note(r, kInvalidValue);
  }
}

// Into the trace; returns the error, so that a handler can end with it.
int Session::note(Request& r, int error, uint64_t bytes, const char* kind, int stream, bool again) {
  const char* name = wire::name_of(r.api);
  // What moves or fills memory, or launches, is traced whatever the client says: a program may write to our socket itself.
  if (!*name && r.op == Op::copy) name = "cudaMemcpy";
  if (!*name && r.op == Op::upload) name = "cudaMemcpy";
  if (!*name && r.op == Op::fill) name = "cudaMemset";
  if (!*name && r.op == Op::launch) name = "cudaLaunchKernel";
  if (!*name && r.op == Op::allocate) name = "cudaMalloc";
  if (*name) recorder_.trace({name, phase_, error, bytes, kind, stream, r.place, again});
  return error;
}

int Session::finish(Request& r) {
  auto error = r.in.get<int32_t>();
  const std::string kernel = r.in.text(1u << 16);
  if (const int lost = needs_no_context(r.api) ? 0 : surface()) return note(r, lost);
  if (error && !kernel.empty() && !unreported_) unreported_ = Unreported{error, demangle(kernel), phase_, -1, "", r.place};
  return note(r, error);
}

int Session::surface() {
  if (pending_) set_sticky(pending_);
  pending_ = 0;
  return sticky_;
}

void Session::set_sticky(int error) {
  if (!sticky_) sticky_ = error;
}

int Session::last_error(Request& r) {
  const bool clear = r.in.get<uint8_t>() != 0;
  int error = sticky_;
  if (const auto mine = last_errors_.find(r.thread); !error && mine != last_errors_.end()) {
    error = mine->second;
    if (clear) last_errors_.erase(mine);
  }
  if (error && unreported_ && unreported_->error == error) unreported_.reset();
  return note(r, error);
}

// A misuse by host code: no kernel, but the name and the place of the call.
void Session::report(const char* verdict, std::string message) { report(verdict, std::move(message), phase_, place_); }

void Session::report(const char* verdict, std::string message, const std::string& phase, const HostPlace& place, uint64_t count) {
  Finding f;
  f.verdict = verdict;
  f.message = std::move(message);
  f.count = count;
  f.host = place;
  recorder_.finding(std::move(f), -1, phase);
}

void Session::finish_launch_report() {
  if (!unreported_) return;
  Finding f;
  f.verdict = "LAUNCH_ERROR_UNREPORTED";
  f.kernel = unreported_->kernel;
  f.count = 1;
  f.message = "the launch of " + unreported_->kernel + " failed with error " + std::to_string(unreported_->error) +
              (unreported_->why.empty() ? "" : ": " + unreported_->why) +
              ", and the program never asked (cudaGetLastError after the launch, or a synchronising call)";
  f.host = unreported_->place;
  recorder_.finding(std::move(f), unreported_->launch, unreported_->phase);
  unreported_.reset();
}

int Session::hello() {
  if (!staging_) {
    staging_fd_ = sealed_memory(wire::kStagingBytes);
    if (staging_fd_ < 0) return kMemoryAllocation;
    void* at = mmap(nullptr, wire::kStagingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, staging_fd_, 0);
    if (at == MAP_FAILED) return kMemoryAllocation;
    staging_ = static_cast<uint8_t*>(at);
  }
  descriptor_ = staging_fd_;
  return 0;
}

int Session::mark(Request& r) {
  std::string phase = r.in.text(128);
  for (char& c : phase) {
    if (c < 0x21 || c > 0x7E) c = '?';
  }
  if (phase == "load" && !recorder_.loaded()) allocations_ = 0;  // the student's are numbered from 1
  if (phase == "done") run_all();                                // the runner leaves without a farewell
  phase_ = phase;
  if (in_call(phase_)) seen_host();  // what the caller has put there is no student's
  recorder_.mark(phase);
  return 0;
}

int Session::take_printf() {
  const size_t size = std::min(printf_text_.size(), kPrintfBytes);
  out_.bytes(printf_text_.data(), size);
  recorder_.exchanged(size, 0);
  printf_text_.erase(0, size);
  return 0;
}

int Session::host_fault(Request& r) {
  HostFault fault;
  fault.address = r.in.get<uint64_t>();
  fault.offset = r.in.get<uint64_t>();
  const int signal = r.in.get<uint8_t>();
  fault.module = r.in.text(4096);
  if (!r.in.ok()) return 0;
  if (signal != SIGSEGV && signal != SIGBUS) {
    // where it was is all that there is to tell
  } else if (in_device_range(fault.address)) {
    fault.explanation = "host code dereferenced a device pointer: " + describe(fault.address) +
                        ". Device memory can't be read or written by the host; copy it with cudaMemcpy, or let a kernel do the work";
  } else if (in_mapped_range(fault.address)) {
    fault.explanation = "host code used pinned or managed memory that isn't there (any more): " + describe(fault.address);
  } else if (fault.address < 4096) {
    fault.explanation = "host code dereferenced a null pointer";
  } else {
    fault.explanation =
        signal == SIGBUS ? "host code touched memory that isn't there (SIGBUS)" : "host code touched an invalid address (SIGSEGV)";
  }
  recorder_.host_fault(std::move(fault));
  return 0;
}

void Session::module_name(Request& r) {
  const auto number = r.in.get<uint32_t>();
  const std::string name = r.in.text(4096);
  if (r.in.ok() && number == module_names_.size() + 1 && number <= wire::kModuleNames) module_names_.push_back(name);
}

int Session::library_call(Request& r) {
  const auto library = r.in.get<uint32_t>(), function = r.in.get<uint32_t>();
  const auto status = r.in.get<int32_t>();
  const LibraryCall call = library_call_of(library, function, r.in.get<uint32_t>());
  if (!r.in.ok() || !*call.name) return 0;
  TraceEntry entry{call.name, phase_, status, 0, "library", 0, r.place, false};
  if (status) entry.why = call.reason;
  recorder_.trace(std::move(entry));
  return 0;
}

int Session::limit(Request& r) {
  static const std::map<uint32_t, uint64_t> defaults = {{0, 1024}, {1, 1u << 20}, {2, 8u << 20}, {3, 2}, {4, 2048}, {5, 64}, {6, 0}};
  const bool set = r.in.get<uint8_t>() != 0;
  const auto which = r.in.get<uint32_t>();
  auto value = r.in.get<uint64_t>();
  constexpr uint32_t kHeap = 2, kSyncDepth = 3, kFetchGranularity = 5, kPersistingL2 = 6;
  const auto standard = defaults.find(which);
  if (standard == defaults.end()) return note(r, kInvalidValue);
  if (which == kSyncDepth && options_.profile.major >= 9) return note(r, kUnsupportedLimit);  // kernels can't wait for kernels there
  if (set) {
    if (which == kHeap && (wait_all() || !set_heap(value))) return note(r, kInvalidValue);
    if (which == kFetchGranularity) value = std::min<uint64_t>(value, 128);
    if (which == kPersistingL2) value = std::min(value, static_cast<uint64_t>(options_.profile.l2_persisting_bytes));
    limits_[which] = value;
  }
  const auto mine = limits_.find(which);
  out_.put(mine != limits_.end() ? mine->second : standard->second);
  return note(r, 0);
}

}  // namespace wg
