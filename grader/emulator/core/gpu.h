// The emulated GPU's public surface: load a module, launch a kernel, get findings and counters. Used by the device process and by the
// Python bindings; knows nothing of sockets, CUDA API calls or files.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "byte_runs.h"
#include "host_place.h"
#include "memory.h"
#include "picture.h"
#include "ptx.h"

namespace wg {

enum Check : unsigned { kMemcheck = 1, kRacecheck = 2, kInitcheck = 4, kSynccheck = 8, kAllChecks = 15 };

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t(x) * y * z; }
};

struct SourceFrame {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;  // 0: unknown
};

struct Finding {
  std::string verdict;                    // "OOB_WRITE", "RACE_SHARED", …: the codes of docs (emulator findings)
  bool note = false;                      // true: worth telling, no fault (two writers of the same value)
  std::string kernel;                     // demangled
  std::vector<SourceFrame> frames;        // innermost first; empty if compiled without -lineinfo
  std::vector<SourceFrame> other_frames;  // the other access of a race
  Dim3 block{0, 0, 0}, thread{0, 0, 0};
  std::optional<Dim3> other_thread;  // of a race; none if several threads are meant
  uint64_t count = 0;                // lanes × times
  std::string message;               // one English sentence in compute-sanitizer's manner
  bool of_threads = true;            // false: of a whole launch, or of host code
  HostPlace host, other_host;        // a fault of host code; the other side, where that has no frames
  std::string caller;                // it met the launcher's caller, unordered with what that did "before" or does "after" the launcher
};

struct LineMetrics {
  std::vector<SourceFrame> frames;
  std::map<std::string, double> metrics;
  Pictures worst;  // the worst access of a warp there
};

struct LaunchResult {
  int error = 0;                  // cudaError_t: 0, 700 illegal address, 716 misaligned, 710 assert, 719 launch failure, 702 timeout
  std::vector<Finding> findings;  // deduplicated by code and instruction pair, in a fixed order
  std::map<std::string, double> metrics;  // Nsight Compute's names
  std::vector<LineMetrics> lines;
  std::string printf_text;  // what the kernel's printf wrote, in block order
  double wall_s = 0;
  double cpu_s = 0;  // of the threads that ran blocks, added up
  uint64_t warp_instructions = 0;
  uint64_t longest_block_instructions = 0;  // of the block that executed most
};

struct KernelInfo {
  std::string name;  // mangled
  std::string demangled;
  std::string base;                   // without namespaces and template arguments
  std::vector<ptx::Variable> params;  // with type, count, align: their layout follows the C ABI, offsets ascending
  std::vector<uint32_t> param_offsets;
  uint32_t param_bytes = 0;
  uint32_t static_shared_bytes = 0, local_bytes = 0, constant_bytes = 0;
  uint32_t max_threads = 1024;  // .maxntid, or 1024
};

// The bytes that one instruction of a kernel, or one copy, touches.
struct TouchedBytes {
  enum class Way : uint8_t { read, write, atomic };
  Way way = Way::read;
  bool strong = false;              // atomic, volatile and the like: meant to meet others' accesses
  std::vector<SourceFrame> frames;  // empty for copies
  std::vector<ByteRun> runs;        // sorted
};

class AccessLog;
class Kernel;  // decoded; opaque

// A loaded module: decoded kernels plus its variables placed in `memory`. Throws ptx::LoadError: unknown instruction or form, with its
// line. With `each_alone` a kernel that can't be decoded is refused by itself: `refused` says why, and the others can be launched.
class Program {
 public:
  Program(std::string_view ptx_text, Memory& memory, bool each_alone = false);
  ~Program();
  const ptx::LoadError* refused(std::string_view mangled) const;
  const KernelInfo* find_kernel(std::string_view mangled) const;
  std::vector<const KernelInfo*> kernels() const;
  // Address and size of a __device__, __constant__ or __managed__ variable; {0, 0} if unknown.
  std::pair<uint64_t, uint64_t> find_variable(std::string_view mangled) const;
  // The file whose pages a __managed__ variable stands on, for the client to map; -1 if it isn't one. The program's to close.
  int managed_file(std::string_view mangled) const;
  struct Impl;
  std::unique_ptr<Impl> impl;
};

struct LaunchOptions {
  unsigned checks = kAllChecks;
  unsigned threads = 1;
  uint64_t max_block_instructions = 1ull << 31;   // a block that executes more warp-instructions is stopped: TIMEOUT
  uint64_t max_kernel_instructions = 1ull << 36;  // as much for all blocks together
  bool cooperative = false;                       // the grid may synchronise: all blocks are resident at once
  uint64_t resident_blocks = 0;                   // that the GPU holds at once; 0: unknown, plenty
  bool fuzz = false;                              // warps and blocks take turns in an order drawn from `seed`
  uint64_t seed = 0;
  uint32_t sm_count = 108;
  uint32_t shared_bytes_per_block_max = 48 * 1024;
  uint32_t shared_bytes_per_sm = 164 * 1024;
  const std::atomic<bool>* abort = nullptr;  // set by the server to end a kernel early (its client died, wall time is over)
  std::function<uint64_t(uint64_t)> malloc;  // in-kernel malloc; may be empty
  AccessLog* log = nullptr;                  // of this program, if what is touched is wanted: access_log.h
};

// Runs one kernel to its end. `params` holds param_bytes bytes laid out as KernelInfo says. Limits (threads per block, shared bytes, grid)
// are the caller's to check; this only executes. Deterministic for every value of `threads`, floating-point atomics aside.
LaunchResult launch(Program& program, std::string_view mangled, Dim3 grid, Dim3 block, uint32_t dynamic_shared_bytes, const void* params,
                    Memory& memory, const LaunchOptions& options);

// Spellings in the opcode table with the types each takes, for `grader emulator coverage` and the tests.
struct OpcodeRow {
  std::string name;
  std::vector<std::string> types;
  std::string refused;  // why it is refused at load; empty for what runs
};
std::vector<OpcodeRow> opcode_rows();

std::string demangle(const std::string& mangled);
std::string base_name(const std::string& demangled);

}  // namespace wg
