// The one socket to the device process, and everything that a call over it needs.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "../device/protocol.h"
#include "abi.h"

namespace wg::client {

using wire::Api;
using wire::Op;

struct Reply {
  int error = 0;
  bool reached = false;  // the device answered
  int descriptor = -1;   // the caller closes it
  std::vector<uint8_t> data;
  wire::Reader reader() const { return {data.data(), data.size()}; }
};

// As long as one lives, this thread's calls mean its own default stream by 0.
class PerThreadDefaultStream {
 public:
  PerThreadDefaultStream() : before_(on) { on = true; }
  ~PerThreadDefaultStream() { on = before_; }
  static inline thread_local bool on = false;

 private:
  bool before_;
};

class Connection {
 public:
  static Connection& get();

  // One request and its reply, whole, under the lock. Without a device: cudaErrorNoDevice; with a dead one: cudaErrorDevicesUnavailable; in
  // a forked child of a process that has used the device: cudaErrorInitializationError, as the real runtime says.
  Reply call(Op op, Api api, const wire::Writer& payload = {});

  // Tells the device about a fault of this process. Only async-signal-safe calls; waits at most a moment for a running call to end.
  void send_fault(uint64_t address, uint64_t offset, uint8_t signal, const char* module);

  // The staging pages, or nullptr. Held while a large copy goes through them.
  uint8_t* staging();
  std::recursive_mutex& mutex() { return mutex_; }
  bool busy_here() const { return depth_here > 0; }  // this thread is in the middle of a call
  bool forked() const { return state_ == State::forked; }
  uint64_t generation() const { return generation_; }  // changes when the device was reset
  void next_generation() { ++generation_; }
  uint64_t calls() const { return calls_; }  // so far: whether the program still asks for anything

 private:
  enum class State { fresh, connected, absent, dead, forked };
  Connection();
  int ensure();  // 0, or why there is no device
  bool exchange(Op op, Api api, const wire::Writer& payload, Reply& reply, uint32_t* flags);
  bool send(Op op, Api api, const wire::Writer& payload);
  uint32_t number_of_module(const std::string& name);
  bool run_host_function(const wire::ReplyHeader& request);
  bool receive_guards();
  static inline thread_local int depth_here = 0;
  void fetch_printf();
  void after_fork();
  void lose();

  std::recursive_mutex mutex_;
  State state_ = State::fresh;
  int socket_ = -1;
  uint8_t* staging_ = nullptr;
  uint64_t generation_ = 1;
  std::vector<std::string> modules_;  // that the device knows by number
  std::atomic<uint64_t> calls_{0};
};

// The error that a call leaves when it never reaches the device; kept here, per thread.
int local_last_error(bool clear);

// A call that the client alone decides (a null pointer, say): the device traces it and keeps its error.
// `unseen_launch` is the kernel's symbol if the program can't see the code (<<<>>> returns nothing).
int finish(Api api, int error, const std::string& unseen_launch = {});

}  // namespace wg::client
