// Ends kernels early: those that run longer than the limit, whose client has gone, that fill more memory than the machine has, or when the
// server stops.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "machine_memory.h"

namespace wg {

class Watchdog {
 public:
  // Watches one launch as long as it lives. `abort` is set at the latest 30 ms after the reason has come up.
  class Watch {
   public:
    Watch(Watchdog& dog, int socket, double limit_s, std::atomic<bool>& abort);
    ~Watch();
    Watch(const Watch&) = delete;
    bool out_of_time() const { return out_of_time_; }
    bool out_of_memory() const { return out_of_memory_; }

   private:
    friend class Watchdog;
    Watchdog& dog_;
    int socket_;
    bool limited_;
    std::chrono::steady_clock::time_point deadline_;
    std::atomic<bool>& abort_;
    std::atomic<bool> out_of_time_{false}, out_of_memory_{false};
    std::list<Watch*>::iterator place_;
  };

  explicit Watchdog(uint64_t resident_bytes);  // as MachineMemory takes it
  ~Watchdog();
  void stop_all();  // every kernel, running or to come
  const MachineMemory& memory() const { return memory_; }

 private:
  void run();

  const MachineMemory memory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Watch*> watches_;
  bool stop_all_ = false, quit_ = false;
  std::thread thread_;
};

}  // namespace wg
