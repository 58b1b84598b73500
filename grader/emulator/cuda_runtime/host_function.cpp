#include "host_function.h"

#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "connection.h"

namespace wg::client {
namespace {

thread_local bool inside = false;

// Never destroyed: programs end while work is still waiting.
struct Table {
  std::mutex mutex;
  std::map<uint64_t, HostFunction> waiting;
  uint64_t next = 1;
  bool watched = false;
};
Table& table() {
  static Table* all = new Table;
  return *all;
}

// A program may wait for what its host function does (a flag, a condition variable) and ask the runtime for nothing meanwhile. When it
// has asked for nothing for a while, what is pending is done.
void watch() {
  uint64_t calls = 0;
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    {
      std::lock_guard lock(table().mutex);
      if (table().waiting.empty()) {
        table().watched = false;
        return;
      }
    }
    Connection& device = Connection::get();
    if (device.calls() == calls) device.call(Op::progress, Api::none);
    calls = device.calls();
  }
}

}  // namespace

uint64_t keep_host_function(const HostFunction& function) {
  std::lock_guard lock(table().mutex);
  const uint64_t number = table().next++;
  table().waiting[number] = function;
  if (!table().watched) {
    table().watched = true;
    std::thread(watch).detach();
  }
  return number;
}

void forget_host_function(uint64_t number) {
  std::lock_guard lock(table().mutex);
  table().waiting.erase(number);
}

void call_host_function(uint64_t number, int status) {
  HostFunction wanted;
  {
    std::lock_guard lock(table().mutex);
    const auto found = table().waiting.find(number);
    if (found == table().waiting.end()) return;
    wanted = found->second;
    table().waiting.erase(found);
  }
  std::thread([wanted, status] {
    inside = true;
    if (wanted.callback) {
      wanted.callback(wanted.stream, status, wanted.data);
    } else if (!status) {
      wanted.function(wanted.data);
    }
  }).join();
}

bool in_host_function() { return inside; }

}  // namespace wg::client
