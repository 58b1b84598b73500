// What travels between the CUDA runtime client (in the student's process) and the device process: fixed headers, bounded payloads.
// The device believes nothing of it: every field is read through Reader, which never runs past the end.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace wg::wire {

constexpr uint32_t kMagic = 0x57504752;  // "RGPW"
constexpr uint16_t kVersion = 2;
constexpr uint32_t kMaxPayload = (1u << 20) + 4096;  // one message; larger data go through the staging pages
constexpr uint32_t kInlineBytes = 32u << 10;         // copies up to this size ride in the message
constexpr uint32_t kStagingBytes = 8u << 20;         // shared pages for larger ones, a piece at a time
constexpr uint32_t kMaxParams = 32764;               // bytes of kernel parameters, as on sm_70 and later
constexpr uint64_t kHandleBase = 0x0C00'0000'0000;   // streams and events: nothing is mapped there
constexpr uint64_t kDefaultPool = kHandleBase;       // the device's own memory pool

// Every runtime function has a number, for the trace. `none` marks messages that no API call stands behind.
enum class Api : uint16_t {
  none,
#define X(name) name,
#define V(name, suffix) name,
#include "api_supported.inc"
  first_unsupported,
#include "api_unsupported.inc"
#undef X
#undef V
  count
};
const char* name_of(Api api);  // "" for none and for numbers out of range

enum class Op : uint16_t {
  hello,         // -> staging descriptor
  mark,          // text
  finish,        // i32 error, text: a call that the client alone decided; the text names the kernel of a launch that came to nothing
  unsupported,   //
  last_error,    // u8 clear -> error
  device_info,   // [u32 device] -> DeviceInfo
  memory_info,   // -> u64 free, u64 total
  allocate,      // u8 AllocationKind, u64 bytes [, u64 stream] -> u64 address (+ descriptor if managed or pinned)
  release,       // u64 address -> u8 was mapped, u64 bytes: waits for all work
  fill,          // u64 to, u64 pitch, u8 value, u64 width, u64 height, u64 stream
  copy,          // CopyRequest [+ data] -> [data]
  pointer_info,  // u64 address -> u8 known, u8 kind, u64 base, u64 bytes
  module_begin,  // u32 count, then per image: u32 arch, u8 compressed, u64 bytes -> u64 module, u32 chosen image
  module_data,   // u64 module, bytes
  module_close,  // u64 module
  kernel,  // u64 module, text name [, ptxas' figures: u32 arch, u32 registers, u32 local bytes] -> u64 kernel, FunctionInfo, u32 parameter
           // bytes, u32 count, per parameter: u32 offset, u32 bytes
  variable,          // u64 module, text name -> u64 address, u64 bytes
  managed_variable,  // u64 module, text name, u64 bytes -> u64 address (+ descriptor)
  kernel_attribute,  // u64 kernel, i32 attribute, i32 value
  occupancy,      // u64 kernel, i32 threads, u64 dynamic shared bytes [, i32 blocks] -> i32 blocks, or u64 dynamic shared bytes for so many
  launch,         // LaunchRequest, parameter bytes
  limit,          // u8 set, u32 which, u64 value -> u64 value
  stream_create,  // u32 flags, i32 priority -> u64 handle
  stream_destroy,
  stream_synchronize,
  stream_query,
  stream_info,        // u64 stream -> u32 flags, i32 priority
  stream_wait_event,  // u64 stream, u64 event
  event_create,       // u32 flags -> u64 handle
  event_destroy,
  event_record,  // u64 event, u64 stream
  event_synchronize,
  event_query,
  event_elapsed,  // u64 start, u64 end -> f32 milliseconds
  device_synchronize,
  device_reset,
  take_printf,          // -> text, at most kMaxPayload of it
  host_fault,           // u64 address, u64 offset, u8 signal, text module; no reply
  pool_create,          // -> u64 pool
  pool_destroy,         // u64 pool
  pool_allocate,        // u64 pool, u64 bytes -> u64 address
  pool_token,           // u64 pool -> PoolToken: whoever has it may import
  pool_import,          // PoolToken -> u64 pool
  pool_import_pointer,  // u64 pool, u64 address -> u64 address
  pool_get,             // u64 pool, u32 attribute -> u64 value
  pool_set,             // u64 pool, u32 attribute, u64 value
  pool_trim,            // u64 pool, u64 bytes to keep
  pool_current,         // u8 standard (not the one in force) -> u64 pool
  pool_use,             // u64 pool: what cudaMallocAsync takes from
  managed_range,        // u64 address, u64 bytes [, u8 1: 0 bytes are all of it]: an error unless it is managed memory
  host_register,        // u64 address, u64 bytes -> u64 address for kernels (+ descriptor of the whole pages)
  host_unregister,      // u64 address for kernels
  upload,               // u64 to, u64 bytes, text name: a file of the judge goes into memory without passing through the client
  name,                 // u64 address, u8 input, text: what an allocation of the runner is called in the assignment
  release_in_order,     // u64 address, u64 stream
  host_function,        // u64 stream, u64 number that the client knows it by
  host_function_done,   // in the middle of another request, after a reply with kHostFunction
  progress,             // u64 address or 0: the client waits for what is to happen there, or for a host function, without asking
  host_accesses,        // of guarded memory: u32 count, module names, u32 count, HostAccess each; no reply
  module_name,          // u32 number, from 1; text: a file that host code lies in; no reply
  hand_over,            // u64 stream, u32 count, per buffer: u64 address, u64 bytes: the caller's own use of them, in that stream
  library_call,         // u32 library, u32 function, i32 its status, u32 reason: a call of a library that is linked into the program
  count
};

struct RequestHeader {
  uint32_t magic = kMagic;
  uint16_t version = kVersion;
  uint16_t op = 0;
  uint16_t api = 0;
  uint16_t flags = 0;   // RequestFlag
  uint32_t thread = 0;  // of the client, from 1: CUDA keeps its last error per host thread
  uint32_t bytes = 0;   // of the payload that follows
  uint32_t module = 0;  // where host code called the runtime: the number of a file, 0 if it isn't known, …
  uint64_t offset = 0;  // … the place in it …
  uint64_t outer = 0;   // … and the call that led there, or 0: the first may lie in a template of the toolkit's
};
constexpr uint32_t kModuleNames = 64;

enum RequestFlag : uint16_t { kPerThreadDefault = 1 };  // stream 0 is the calling thread's own
// kHostFunction: not the reply yet. Its payload is the number of a host function, `error` what the function is to be told; the client
// answers with host_function_done when it has run.
// kNewGuards: u32 count and as many Guards follow the reply. They replace all that were sent before.
enum ReplyFlag : uint32_t { kPrintfWaiting = 1, kDescriptor = 2, kHostFunction = 4, kNewGuards = 8 };

struct ReplyHeader {
  uint32_t magic = kMagic;
  int32_t error = 0;  // cudaError_t
  uint32_t flags = 0;
  uint32_t bytes = 0;
};

enum class CopyKind : uint32_t { host_to_host = 0, host_to_device = 1, device_to_host = 2, device_to_device = 3, automatic = 4 };

// A 2D copy; height is 1 for a plain one. Rows are packed in transit: bytes [offset, offset + bytes) of the packed block travel in this
// message, and the whole copy is width × height. The device traces the piece with offset 0.
struct CopyRequest {
  uint64_t to, to_pitch, from, from_pitch, width, height, stream, offset;
  uint32_t bytes;
  CopyKind kind;   // as the program said
  uint8_t staged;  // the data lie (or are wanted) in the staging pages
  uint8_t asynchronous;
  uint8_t direct;  // the host's side lies in pages that the device shares: no data travel
  uint8_t pad[5];
};

struct LaunchRequest {
  uint64_t kernel, shared_bytes, stream;
  uint32_t grid[3], block[3];
  uint8_t returned;     // the program sees the error code (cudaLaunchKernel, not <<<>>>)
  uint8_t cooperative;  // the grid may synchronise
  uint8_t pad[6];
};

// Bytes that the host sees and that pending work uses. Host code that writes them, or (reads_too) so much as reads them, is too early.
struct Guard {
  uint64_t from, to;
  uint8_t reads_too;
  uint8_t pad[7];
};
constexpr uint32_t kGuards = 1024;

// Host code touched guarded memory.
struct HostAccess {
  uint64_t address, bytes;
  uint64_t offset;  // of the instruction, in the module
  uint16_t module;  // index of its name
  uint8_t writes;
  uint8_t pad[5];
};

struct PoolToken {
  uint64_t secret[2];
};

struct DeviceInfo {
  char name[64];
  int32_t major, minor, sm_count, warps_per_sm, blocks_per_sm, threads_per_block, registers_per_sm, registers_per_block;
  int32_t shared_bytes_per_block, shared_bytes_per_block_optin, shared_bytes_per_sm, clock_khz, memory_clock_khz, memory_bus_bits, l2_bytes;
  int32_t copy_engines, l2_persisting_bytes, l2_window_bytes, system_shared_bytes, pci_device;
  int32_t cards;  // devices that there are
  uint64_t memory_bytes;
};

struct FunctionInfo {
  uint32_t static_shared_bytes, constant_bytes, local_bytes, max_threads, ptx_version, binary_version, max_dynamic_shared_bytes, registers;
};

class Writer {
 public:
  template <class T>
  Writer& put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return bytes(&value, sizeof value);
  }
  Writer& text(std::string_view value) { return put(static_cast<uint32_t>(value.size())).bytes(value.data(), value.size()); }
  Writer& bytes(const void* data, size_t size) {
    if (size) std::memcpy(room(size), data, size);
    return *this;
  }
  uint8_t* room(size_t size) {  // space to be filled in by the caller; valid until the next put
    buffer_.resize(buffer_.size() + size);
    return buffer_.data() + buffer_.size() - size;
  }
  const std::vector<uint8_t>& data() const { return buffer_; }
  void clear() { buffer_.clear(); }

 private:
  std::vector<uint8_t> buffer_;
};

// Reads what a Writer wrote. After a read past the end, ok() is false and all values are zero.
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), left_(size) {}
  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (const uint8_t* from = take(sizeof(T))) std::memcpy(&value, from, sizeof(T));
    return value;
  }
  std::string text(size_t limit = 4096) {
    const auto size = get<uint32_t>();
    if (size > limit) ok_ = false;
    const uint8_t* from = take(size);
    return from ? std::string(reinterpret_cast<const char*>(from), size) : std::string();
  }
  const uint8_t* take(size_t size) {
    if (!ok_ || size > left_) {
      ok_ = false;
      return nullptr;
    }
    const uint8_t* from = at_;
    at_ += size;
    left_ -= size;
    return from;
  }
  size_t left() const { return left_; }
  bool ok() const { return ok_; }

 private:
  const uint8_t* at_;
  size_t left_;
  bool ok_ = true;
};

}  // namespace wg::wire
