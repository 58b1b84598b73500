// Virtual time: when each operation would have begun and ended on the card, by its profile's figures and the model that
// docs/design/timeline.md states. Estimates, the same in every run: no clock of this machine is read.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "profile.h"

namespace wg {

enum class Engine : uint8_t { none, compute, to_device, to_host };

// What an operation asks of the card.
struct Cost {
  Engine engine = Engine::none;
  double seconds = 0;
  double share = 1;           // of the engine: a small kernel leaves room for others
  const char* kind = "";      // "kernel", "HtoD", …: empty is not told
  const char* memory = "";    // the host's side: "pageable", "pinned", "managed"
  bool asynchronous = false;  // as the program asked for it
  uint64_t bytes = 0;
};

struct KernelWork {
  uint64_t blocks, warps_per_block, blocks_at_once;  // at once: that all multiprocessors hold
  uint64_t warp_instructions, longest_block_instructions;
  double dram_bytes;
};

// Time that each operation of a kind takes longer than the model says: a slower bus, a heavier kernel.
struct Latencies {
  double to_device_s = 0, to_host_s = 0, kernel_s = 0;
};

class Timeline {
 public:
  Timeline(const Profile& card, const Latencies& injected) : card_(card), injected_(injected) {}

  Cost kernel(const KernelWork& work) const;
  Cost copy_to_device(uint64_t bytes, const char* memory) const { return host_copy(Engine::to_device, "HtoD", bytes, memory); }
  Cost copy_to_host(uint64_t bytes, const char* memory) const { return host_copy(Engine::to_host, "DtoH", bytes, memory); }
  Cost copy_on_device(uint64_t bytes) const;
  Cost fill(uint64_t bytes) const;
  static Cost event();
  static Cost host_function();

  // The host's clock: each call takes a moment; some copy the program's memory first; some wait.
  void call() { host_s_ += kCall_s; }
  void stage(uint64_t bytes) { host_s_ += static_cast<double>(bytes) / kHostBytesPerSecond; }
  void wait_until(double end_s) { host_s_ = host_s_ > end_s ? host_s_ : end_s; }
  void wait_for_all() { wait_until(last_end_s_); }
  // The earliest that what is asked for now can begin.
  double earliest_s() const { return host_s_ + kLaunch_s; }

  // Finds a place for an operation that may begin at `ready_s`; its beginning. It ends cost.seconds later.
  double place(const Cost& cost, double ready_s);

 private:
  static constexpr double kCall_s = 1e-6, kLaunch_s = 3e-6;
  static constexpr double kHostBytesPerSecond = 10e9;  // a core that copies memory

  struct Step {  // from here to the next step so much of the engine is in use
    double from, used;
  };
  Cost host_copy(Engine engine, const char* kind, uint64_t bytes, const char* memory) const;

  const Profile& card_;
  const Latencies& injected_;
  double host_s_ = 0, last_end_s_ = 0;
  std::array<std::vector<Step>, 4> steps_;  // by engine
};

}  // namespace wg
