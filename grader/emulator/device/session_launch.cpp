// Launching kernels: checks with the runtime's own error codes, the run itself, and what it leaves behind.
#include <algorithm>
#include <cstring>

#include "../core/access_log.h"
#include "launch_limits.h"
#include "session.h"

namespace wg {

using wire::Api;
using wire::LaunchRequest;

namespace {
constexpr const char* kHeapName = "the heap of malloc in kernels";
constexpr size_t kPrintfKept = 8u << 20;  // of text that no synchronising call has fetched yet

// Bytes of memory that the host sees as well, in whole sectors.
uint64_t over_the_bus(const LaunchResult& result, const char* way) {
  const auto found = result.metrics.find(std::string("lts__t_sectors_aperture_sysmem_op_") + way + ".sum");
  return found == result.metrics.end() ? 0 : 32 * static_cast<uint64_t>(found->second);
}
}  // namespace

int Session::launch(Request& r) {
  const auto l = r.in.get<LaunchRequest>();
  const size_t param_bytes = r.in.left();
  const uint8_t* params = r.in.take(param_bytes);
  if (!r.in.ok() || l.kernel == 0 || l.kernel > functions_.size()) return note(r, kInvalidDeviceFunction);
  const Function& function = functions_[l.kernel - 1];
  Module* module = find_module(function.module);
  if (!module) return note(r, kInvalidDeviceFunction);
  Stream* const stream_of = find_stream(r, l.stream);
  if (!stream_of) return note(r, kInvalidHandle);
  const int stream = stream_of->index;

  LaunchEntry entry;
  entry.kernel = function.info->demangled;
  entry.phase = phase_;
  entry.grid = {l.grid[0], l.grid[1], l.grid[2]};
  entry.block = {l.block[0], l.block[1], l.block[2]};
  entry.shared_bytes = l.shared_bytes;
  entry.stream = stream;
  entry.host = r.place;
  const LaunchShape shape{entry.grid, entry.block, l.shared_bytes, l.cooperative != 0, function.registers, function.registers_exact};
  Refusal refusal = check_launch(options_.profile, *function.info, function.max_dynamic_shared, shape);
  if (!refusal.error && param_bytes != function.info->param_bytes) refusal = {kInvalidValue, "not the arguments that the kernel takes"};
  if (refusal.error) {
    entry.error = refusal.error;
    entry.why = refusal.why;
    const std::string name = entry.kernel, why = refusal.why + " (" + shape_text(shape) + ')';
    const int64_t index = recorder_.launch(std::move(entry));
    if (!l.returned && !unreported_) unreported_ = Unreported{refusal.error, name, phase_, index, why, r.place};
    return note(r, refusal.error, 0, "", stream);
  }

  recorder_.exchanged(0, param_bytes);
  if (in_call(phase_)) recorder_.gave(param_bytes);
  Waiting waiting{l.kernel, entry.grid,       entry.block, static_cast<uint32_t>(l.shared_bytes), {params, params + param_bytes},
                  0,        shape.cooperative};
  waiting.index = recorder_.launch(std::move(entry));
  const OperationRef operation =
      enqueue(r, *stream_of, Operation::Kind::kernel, [this, waiting = std::move(waiting)](Operation& self) { run_kernel(waiting, self); },
              {.guards = kernel_guards(*module, params, param_bytes), .held_bytes = param_bytes});
  operation->kernel = function.info->demangled;
  return note(r, kSuccess, 0, "", stream);
}

void Session::run_kernel(const Waiting& w, Operation& operation) {
  const Function& function = functions_[w.kernel - 1];
  Module& module = *find_module(function.module);  // a module that closes waits for its kernels
  LaunchOptions options;
  options.checks = options_.checks;
  options.threads = options_.threads;
  options.max_block_instructions = options_.max_block_instructions;
  options.max_kernel_instructions = options_.max_kernel_instructions;
  options.sm_count = static_cast<uint32_t>(options_.profile.sm_count);
  options.shared_bytes_per_block_max = static_cast<uint32_t>(options_.profile.shared_bytes_per_block_optin);
  options.shared_bytes_per_sm = static_cast<uint32_t>(options_.profile.shared_bytes_per_sm);
  options.cooperative = w.cooperative;
  options.resident_blocks =
      resident_blocks(options_.profile, *function.info, {w.grid, w.block, w.shared_bytes, w.cooperative, function.registers});
  options.fuzz = options_.fuzz;
  options.seed = options_.seed + launches_++;
  std::atomic<bool> abort{false};
  options.abort = &abort;
  // Kernel threads of several blocks may ask at once. Blocks of memory are never given back: the heap is reset with the device.
  options.malloc = [this](uint64_t bytes) -> uint64_t {
    if (!heap_base_ || bytes == 0 || bytes > heap_bytes_) return 0;
    const uint64_t size = (bytes + 15) / 16 * 16;
    const uint64_t at = std::atomic_ref<uint64_t>(heap_used_).fetch_add(size);
    return at <= heap_bytes_ - size ? heap_base_ + at : 0;
  };

  const std::vector<Reachable> before = reachable(operation.phase);
  LaunchResult result;
  bool out_of_time, out_of_memory;
  std::optional<AccessLog> log;
  if (operation.logged || !operation.host_accesses.empty()) options.log = &log.emplace(*module.program->impl);
  {
    Watchdog::Watch watch(watchdog_, socket_, options_.max_kernel_s, abort);
    result = wg::launch(*module.program, function.name, w.grid, w.block, w.shared_bytes, w.params.data(), *memory_, options);
    out_of_time = watch.out_of_time();
    out_of_memory = watch.out_of_memory();
  }
  const uint64_t read = over_the_bus(result, "read"), written = over_the_bus(result, "write");
  recorder_.exchanged(written, read);
  record_reachable(operation.phase, before, read > 0);
  if (out_of_time && !result.error) result.error = kLaunchTimeout;
  if (out_of_memory) {
    std::erase_if(result.findings, [](const Finding& f) { return f.verdict == "TIMEOUT"; });  // we have stopped it, not the clock
    lose_for_memory();
    result.error = kMemoryAllocation;
  }
  if (log) operation.touched = log->result();
  if (std::any_of(queue_.pending().begin(), queue_.pending().end(), [&](const OperationRef& o) { return unordered(*o, operation); })) {
    for (Finding& f : result.findings) {
      if (f.verdict == "TIMEOUT")
        f.message +=
            "; other work was pending: kernels of different streams run one after the other here, so one that waits for another stream "
            "never ends";
    }
  }

  if (printf_text_.size() < kPrintfKept) printf_text_.append(result.printf_text, 0, kPrintfKept - printf_text_.size());
  const uint64_t threads = uint64_t{w.block.x} * w.block.y * w.block.z;
  const auto dram = result.metrics.find("dram__bytes.sum");
  operation.cost = timeline_.kernel({w.grid.count(), (threads + 31) / 32, options.resident_blocks, result.warp_instructions,
                                     result.longest_block_instructions, dram == result.metrics.end() ? 0 : dram->second});
  operation.cost.asynchronous = true;
  operation.cost.bytes = read + written;
  const std::string& name = function.info->demangled;
  recorder_.launch_ran(w.index, name, operation.phase, result, *function.info);
  if (result.error) {
    pending_ = result.error;
    if (!unreported_) unreported_ = Unreported{result.error, name, operation.phase, w.index, "", operation.place};
  }
}

int Session::kernel_attribute(Request& r) {
  const auto number = r.in.get<uint64_t>();
  const auto attribute = r.in.get<int32_t>(), value = r.in.get<int32_t>();
  if (!r.in.ok() || number == 0 || number > functions_.size()) return note(r, kInvalidDeviceFunction);
  Function& function = functions_[number - 1];
  if (!find_module(function.module)) return note(r, kInvalidDeviceFunction);
  if (attribute == 8) {  // cudaFuncAttributeMaxDynamicSharedMemorySize
    const int64_t room = options_.profile.shared_bytes_per_block_optin - function.info->static_shared_bytes;
    if (value < 0 || value > room) return note(r, kInvalidValue);
    function.max_dynamic_shared = static_cast<uint32_t>(value);
    return note(r, kSuccess);
  }
  if (attribute == 9 && value >= -1 && value <= 100) return note(r, kSuccess);  // the carve-out is a wish
  return note(r, kInvalidValue);
}

// False once a kernel has taken something from the heap: its size is settled then.
bool Session::set_heap(uint64_t bytes) {
  if (heap_used_) return false;
  heap_bytes_ = std::max<uint64_t>(bytes, 4096);
  if (!heap_base_) return true;  // made when a program needs one
  memory_->release(heap_base_);
  const Allocation* heap = memory_->allocate(heap_bytes_, AllocationKind::device, kHeapName);
  heap_base_ = heap ? heap->base : 0;
  return heap != nullptr;
}

// Only programs that call malloc in a kernel pay for a heap.
void Session::ensure_heap(const std::string& ptx) {
  if (heap_base_ || ptx.find("malloc") == std::string::npos) return;
  if (const Allocation* heap = memory_->allocate(heap_bytes_, AllocationKind::device, kHeapName)) heap_base_ = heap->base;
}

}  // namespace wg
