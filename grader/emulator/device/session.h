// One client's view of the device: its memory, modules, streams, events and errors. Runs on one thread, strictly request by request.
#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/gpu.h"
#include "hazards.h"
#include "options.h"
#include "protocol.h"
#include "queue.h"
#include "record.h"
#include "timeline.h"
#include "watchdog.h"

namespace wg {

// The error codes of the CUDA runtime that the device itself gives out.
enum CudaError : int {
  kSuccess = 0,
  kInvalidValue = 1,
  kMemoryAllocation = 2,
  kInvalidConfiguration = 9,
  kInvalidSymbol = 13,
  kInvalidDeviceFunction = 98,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kNoKernelImage = 209,
  kInvalidPtx = 218,
  kUnsupportedLimit = 215,
  kInvalidHandle = 400,
  kNotFound = 500,
  kNotReady = 600,
  kIllegalAddress = 700,
  kLaunchOutOfResources = 701,
  kLaunchTimeout = 702,
  kHostMemoryNotRegistered = 713,
  kLaunchFailure = 719,
  kCooperativeLaunchTooLarge = 720,
  kNotSupported = 801,
  kUnknown = 999
};

// Of work that is put into a stream.
struct Details {
  std::vector<Region> regions = {};      // what it touches, if it isn't a kernel
  std::vector<wire::Guard> guards = {};  // beside those of the regions
  uint64_t held_bytes = 0;
  OperationRef event = nullptr;  // that it waits for
  Cost cost = {};
};

class Session {
 public:
  Session(const Options& options, Recorder& recorder, Watchdog& watchdog, int socket);
  ~Session();
  // Until the client goes or breaks the protocol.
  void serve();

 private:
  struct Image {
    uint32_t arch = 0;
    bool compressed = false;
    uint64_t bytes = 0;
  };
  struct Module {
    std::string ptx;
    uint64_t expected_bytes = 0;
    int load_error = 0;  // why it can't be used
    bool loaded = false;
    std::unique_ptr<Program> program;
    std::vector<uint64_t> managed;  // addresses of the __managed__ variables that the client has mapped
  };
  struct Function {
    uint64_t module;
    std::string name;
    const KernelInfo* info;
    uint32_t max_dynamic_shared;
    uint32_t registers;    // of a thread
    bool registers_exact;  // as ptxas counts them for this very architecture: a launch that needs too many is refused
    uint32_t local_bytes;  // of a thread: what the PTX declares, or ptxas' frame
  };
  struct Event {
    uint32_t flags = 0;
    OperationRef recorded = nullptr;  // null: never
    std::string phase = "";           // the mark in force when it was made
    HostPlace place = {};             // of the call that made it
  };
  struct Request {
    wire::Op op;
    wire::Api api;
    uint32_t thread;
    bool per_thread_default;
    HostPlace place;  // of the call
    wire::Reader in;
  };

  // session.cpp
  bool answer(Request& request);
  int dispatch(Request& request);
  bool reply(int error);
  int note(Request& request, int error, uint64_t bytes = 0, const char* kind = "", int stream = 0, bool again = false);
  int finish(Request& request);
  int surface();  // an asynchronous error becomes visible; 0 if there is none
  void set_sticky(int error);
  int last_error(Request& request);
  void report(const char* verdict, std::string message);
  void report(const char* verdict, std::string message, const std::string& phase, const HostPlace& place, uint64_t count = 1);
  int hello();
  int mark(Request&);
  int host_fault(Request&);
  void module_name(Request&);
  int library_call(Request&);
  int take_printf();
  int limit(Request&);
  void finish_launch_report();

  // session_memory.cpp
  int allocate(Request&);
  int release(Request&);
  int release_in_order(Request&);
  int check_release(Request&, uint64_t address);
  int name(Request&);
  int fill(Request&);
  int memory_info(Request&);
  int pointer_info(Request&);
  int managed_range(Request&);
  int host_register(Request&);
  int host_unregister(Request&);
  int device_reset(Request&);
  void report_leaks();
  std::string describe(uint64_t address) const;
  void guard_input(const Operation& writer, uint64_t to, uint64_t bytes);  // a finding if it is one
  // nullptr and a finding if [address, address + bytes) isn't within one live allocation
  Allocation* check_range(wire::Api api, const char* role, uint64_t address, uint64_t bytes, bool writes);

  // session_pool.cpp
  struct Pool;
  int pool_op(Request&);
  int pool_create(Request&);
  int pool_allocate(Request&, Pool&, uint64_t bytes);
  int pool_attribute(Request&, Pool&);
  void pool_charge(uint64_t pool, const Allocation&);
  void pool_credit(const Allocation&);  // nothing if it came from no pool
  int pool_import(Request&);
  int pool_import_pointer(Request&, Pool&);

  // session_copy.cpp
  int copy(Request&);
  int check_copy(const wire::CopyRequest&, wire::Api api, wire::CopyKind* kind);
  int copy_pageable(Request&, const wire::CopyRequest&, Stream&, wire::CopyKind kind, bool first);
  const char* memory_name(uint64_t address) const;
  void copy_rows(const wire::CopyRequest&);
  void write_piece(const wire::CopyRequest&, const uint8_t* data);
  bool record_output(const wire::CopyRequest&);
  int upload(Request&);

  // session_origin.cpp: where values come from
  struct Watched {  // a buffer of the runner's that the host sees
    std::string name;
    uint64_t address;
    std::vector<uint8_t> seen;  // what it held when the device last did something
  };
  bool in_call(const std::string& phase) const;
  bool append(const std::string& name, const void* data, uint64_t bytes) const;  // to a file of the record's folder
  void watch_host(const Allocation&);
  bool still_watched(const Watched&) const;
  void seen_host();
  void ask_host();
  void look_at_own(const Operation&);
  void record_moved(const std::string& phase, const char* way, const uint8_t* data, uint64_t bytes);
  void record_moved(const std::string& phase, const wire::CopyRequest&);
  struct Reachable {  // memory of the launcher's that kernels reach and the host sees
    uint64_t address, bytes;
    std::vector<uint8_t> content;  // before a kernel; empty: too much to keep
  };
  std::vector<Reachable> reachable(const std::string& phase) const;
  void record_reachable(const std::string& phase, const std::vector<Reachable>& before, bool read);

  // session_module.cpp
  int module_begin(Request&);
  int module_data(Request&);
  int module_close(Request&);
  int kernel(Request&);
  int variable(Request&);
  int managed_variable(Request&);
  int load(Module& module);
  Module* find_module(uint64_t id);

  // session_info.cpp
  int device_info(Request&);
  bool sees_devices(const Request&) const;
  int occupancy(Request&);

  // session_launch.cpp
  struct Waiting {  // a kernel whose turn in its stream hasn't come
    uint64_t kernel;
    Dim3 grid, block;
    uint32_t shared_bytes;
    std::vector<uint8_t> params;
    int64_t index;  // of the launch, in the record
    bool cooperative;
  };
  int launch(Request&);
  void run_kernel(const Waiting&, Operation&);
  int kernel_attribute(Request&);
  void ensure_heap(const std::string& ptx);
  bool set_heap(uint64_t bytes);

  // session_work.cpp: what waits in streams is done when something needs it
  OperationRef enqueue(Request&, Stream&, Operation::Kind, std::function<void(Operation&)> run, Details details = {});
  bool execute(const OperationRef&);
  void take_time(Operation&);
  bool memory_left(uint64_t bytes);  // that will be filled; false, and the context is lost, once this machine can't hold it all
  void lose_for_memory();
  void run(const OperationRef& last);  // without the program's knowing
  void run_all();
  void lose_context();
  // The program waits; the error that comes to light, or 0.
  int wait(const OperationRef& last);
  int wait(Request&, Stream&);
  int wait_all();
  int host_function(Request&);
  int progress(Request&);
  void call_host(uint64_t number, int status);

  // session_hazards.cpp
  static bool touches(Operation::Kind kind);
  bool still_there(const Operation&);
  void look_for_hazards(const OperationRef&);
  void guard(const Region&, std::vector<wire::Guard>& guards) const;
  std::vector<wire::Guard> kernel_guards(const Module&, const uint8_t* params, size_t bytes) const;
  bool new_guards();
  void host_accesses(Request&);

  // session_stream.cpp
  Stream* find_stream(const Request&, uint64_t handle);
  int stream_create(Request&);
  int stream_op(Request&);
  int stream_query(Request&, Stream&);
  int hand_over(Request&);
  int event_create(Request&);
  int event_op(Request&);

  const Options& options_;
  Recorder& recorder_;
  Watchdog& watchdog_;
  int socket_;

  wire::Writer out_;     // the reply's payload under construction
  int descriptor_ = -1;  // to send with it; closed afterwards
  int staging_fd_ = -1;
  uint8_t* staging_ = nullptr;
  uint64_t recorded_files_ = 0, recorded_bytes_ = 0;  // of --record-outputs
  bool recorded_now_ = false;                         // the copy under way is one of those
  std::array<uint64_t, 5> next_piece_{};              // to, from, width, height, offset
  std::vector<Watched> watched_;
  std::unordered_map<uint64_t, uint64_t> known_;  // memory of the launcher's that both sides see, by address: a hash of its content
  uint64_t moved_bytes_ = 0;                      // recorded of what launchers moved
  uint64_t came_down_ = 0;                        // of these
  uint64_t filled_bytes_ = 0;                     // since this machine's memory was looked at
  uint64_t mapped_bytes_ = 0;                     // live managed and pinned memory

  std::string phase_;
  HostPlace place_;                        // where host code made the call under way
  std::vector<std::string> module_names_;  // that host code lies in, by the client's numbers from 1
  std::unique_ptr<Memory> memory_;
  std::set<uint64_t> outputs_;  // the runner's buffers that the program is only to write: what they are filled with counts as nothing
  uint64_t allocations_ = 0;    // that have no name of their own: the runner's don't count
  std::map<uint64_t, Module> modules_;
  uint64_t next_module_ = 1, ptx_bytes_ = 0;
  std::vector<Function> functions_;  // a kernel's number is its index + 1
  std::map<std::pair<uint64_t, std::string>, uint64_t> function_numbers_;
  Queue queue_;
  Hazards hazards_;
  bool program_waits_ = false;  // for what is being done
  bool guards_used_ = false;
  std::vector<wire::Guard> guards_;  // as the client knows them
  std::set<uint64_t> leaving_;       // freed by cudaFreeAsync, whose turn hasn't come
  bool client_gone_ = false;
  std::unordered_map<uint64_t, Event> events_;
  struct Pool {
    wire::PoolToken token{};
    bool imported = false;
    std::array<uint64_t, 3> reuse{1, 1, 1};  // the three wishes about reuse
    uint64_t threshold = 0, used = 0, used_high = 0, reserved = 0, reserved_high = 0;
  };
  std::unordered_map<uint64_t, Pool> pools_{{wire::kDefaultPool, {}}};
  std::unordered_map<uint64_t, uint64_t> pool_of_;  // an allocation's base -> the pool it came from
  uint64_t current_pool_ = wire::kDefaultPool;
  Timeline timeline_;
  int client_;  // its number among the device's
  uint64_t next_handle_ = 1;

  std::unordered_map<uint32_t, int> last_errors_;  // by client thread
  int pending_ = 0;                                // of a kernel that failed; no call has seen it yet
  int sticky_ = 0;                                 // the context is lost: every call returns this
  struct Unreported {
    int error;
    std::string kernel, phase;
    int64_t launch;
    std::string why;  // which limit a refused launch exceeds
    HostPlace place;
  };
  std::optional<Unreported> unreported_;
  uint64_t launches_ = 0;  // each has a schedule of its own under --schedule fuzz

  static constexpr uint64_t kHeapBytes = 8ull << 20;  // until the program asks for another size
  std::string printf_text_;
  uint64_t heap_base_ = 0, heap_bytes_ = kHeapBytes, heap_used_ = 0;  // for malloc in kernels
  std::map<uint32_t, uint64_t> limits_;
};

}  // namespace wg
