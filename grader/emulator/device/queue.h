// What streams hold: operations that were asked for and have not been done. Here it is decided what an operation has to wait for and in
// which order things are done; what they do is the session's. Rules: CUDA Runtime API, "Stream synchronization behavior".
//
// An operation is done as late as the rules allow: when something that the program waits for needs it. Of those that are needed the one
// that was asked for first comes first, so that what a program does is the same in every run.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "../core/gpu.h"
#include "clock.h"
#include "protocol.h"
#include "timeline.h"

namespace wg {

// Memory that a copy, memset or release touches: height rows.
struct Region {
  TouchedBytes::Way way;
  uint64_t address, pitch, width, height;
};

// Host code that touched memory while an operation that may use it was pending.
struct HostAccess {
  uint64_t address, bytes;
  bool writes;
  std::string module;
  uint64_t offset;
};

struct Operation {
  enum class Kind : uint8_t { kernel, copy, fill, event, wait, host_function, allocate, release, hand_over };
  Kind kind = Kind::wait;
  wire::Api api = wire::Api::none;
  std::string kernel;                      // demangled; empty for all else
  std::string phase;                       // the mark in force when it was asked for
  HostPlace place;                         // of the call that asked for it
  uint64_t sequence = 0;                   // in order of the calls, from 1
  int stream = 0;                          // the stream's number in the trace
  uint64_t position = 0;                   // in its stream, from 1
  Clock clock;                             // what is over when it begins, itself included
  uint64_t held_bytes = 0;                 // staged data and parameters that wait with it
  std::function<void(Operation&)> run;     // empty: there is nothing to do but to be in order
  std::function<void(int error)> dropped;  // instead of run, if the context is lost before its turn
  Cost cost;                               // in virtual time
  double ready_s = 0, start_s = 0, end_s = 0;
  std::vector<Region> regions;            // of all but kernels
  std::vector<wire::Guard> guards;        // what the host must not touch before it is done
  std::vector<HostAccess> host_accesses;  // what it did touch
  bool failed = false;                    // not done: its memory is gone
  bool logged = false;                    // what it touches is wanted:
  std::vector<TouchedBytes> touched;
  bool done = false;
  bool asked = false;    // a query has said "not ready" already,
  std::string asked_in;  // under this mark

  std::vector<std::shared_ptr<Operation>> after;  // not done yet
  bool needed = false;
};
using OperationRef = std::shared_ptr<Operation>;

// Neither is known to be over when the other begins.
inline bool unordered(const Operation& a, const Operation& b) {
  return a.stream != b.stream && b.clock.of(a.stream) < a.position && a.clock.of(b.stream) < b.position;
}

struct Stream {
  enum class Kind : uint8_t { legacy, blocking, non_blocking };
  int index = 0;  // 0 is the default stream
  Kind kind = Kind::legacy;
  uint32_t flags = 0;
  int priority = 0;
  uint64_t length = 0;    // operations so far
  Clock clock;            // of the last one
  OperationRef last;      // null once it is done
  bool asked = false;     // a query has said "not ready" already,
  std::string asked_in;   // under this mark,
  uint64_t asked_at = 0;  // when the stream was so long
  std::string phase;      // the mark in force when it was made
  HostPlace place;        // of the call that made it
};

class Queue {
 public:
  // nullptr if there is no such stream. `per_thread`: 0 means the caller's own default stream.
  Stream* find(uint64_t handle, uint32_t thread, bool per_thread);
  Stream* create(uint64_t handle, uint32_t flags, int priority);
  void destroy(uint64_t handle);  // what it holds is still done
  size_t streams() const { return created_.size(); }
  const std::map<uint64_t, Stream>& created() const { return created_; }
  bool several_streams() const { return next_index_ > 1; }  // there are, or were, others than the default stream

  // Appends an operation to a stream; the caller fills in what it does. It comes after `event` as well, if there is one.
  OperationRef add(Stream& stream, Operation::Kind kind, const OperationRef& event = nullptr);

  // Do what `last` needs, itself included; the operation that has waited longest; everything. `execute` returns false if the context is
  // lost.
  using Execute = std::function<bool(const OperationRef&)>;
  void run(const OperationRef& last, const Execute& execute);
  void run_oldest(const Execute& execute);
  void run_all(const Execute& execute);
  // The context is lost: nothing that waits will be done.
  void drop_all(int error);

  // The program has waited for this: all that it asks for from now on comes after.
  void host_knows(const Clock& clock) { host_.join(clock); }
  void host_knows_all();
  const Clock& host() const { return host_; }
  // Nothing that was done so far will be compared with what is to come.
  void forget_clocks();

  const std::deque<OperationRef>& pending() const { return pending_; }
  uint64_t held_bytes() const { return held_bytes_; }
  void hold(Operation& operation, uint64_t bytes) {
    operation.held_bytes = bytes;
    held_bytes_ += bytes;
  }
  uint64_t next_sequence() const { return next_sequence_; }
  void reset();

 private:
  void finish(Operation& operation);
  void run_needed(const Execute& execute);

  Stream legacy_;
  std::map<uint32_t, Stream> per_thread_;
  std::map<uint64_t, Stream> created_;  // by handle
  Clock departed_;                      // what destroyed streams did
  Stream departed_blocking_;            // those that the legacy stream waits for
  std::vector<OperationRef> departed_last_;
  std::deque<OperationRef> pending_;  // by sequence
  Clock host_;
  uint64_t next_sequence_ = 1, held_bytes_ = 0;
  int next_index_ = 1;
};

}  // namespace wg
