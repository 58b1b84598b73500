#include "machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace wg {
namespace {

constexpr uint64_t kLittle = 256ull << 20;  // so much a device may hold, however short the machine is of memory
constexpr uint64_t kUnknown = ~uint64_t{0};

// A line of /proc/meminfo, for the whole machine.
uint64_t machine_bytes(const char* wanted) {
  std::ifstream file("/proc/meminfo");
  std::string key;
  for (uint64_t kib; file >> key >> kib; file.ignore(64, '\n')) {
    if (key == wanted) return kib << 10;
  }
  return kUnknown;
}

uint64_t available_bytes() { return machine_bytes("MemAvailable:"); }

// Left to everybody else, whatever was allowed.
uint64_t reserve_bytes() {
  static const uint64_t bytes = std::clamp<uint64_t>(machine_bytes("MemTotal:") / 16, kLittle, 4ull << 30);
  return bytes;
}

uint64_t number_in(const char* path) {
  std::ifstream file(path);
  uint64_t value;
  return file >> value ? value : kUnknown;  // "max" is no number
}

// What the control group that we see as the root has left: in a container that is the container's limit.
uint64_t group_left_bytes() {
  const uint64_t most = number_in("/sys/fs/cgroup/memory.max"), now = number_in("/sys/fs/cgroup/memory.current");
  if (most == kUnknown || now == kUnknown) return kUnknown;
  return most - std::min(most, now);
}

uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

MachineMemory::MachineMemory(uint64_t limit_bytes) : limit_(limit_bytes) {
  if (limit_) return;
  const uint64_t left = std::min(available_bytes(), group_left_bytes());
  limit_ = left == kUnknown ? kUnknown : std::max(left / 5 * 4, kLittle);
}

bool MachineMemory::exhausted() const {
  const uint64_t ours = resident_bytes();
  return ours > limit_ || (ours > kLittle && available_bytes() < reserve_bytes());
}

std::string MachineMemory::explanation() const {
  char text[120];
  std::snprintf(text, sizeof text, "more than the %.2f GiB of memory that this machine can spare for the emulated GPU",
                static_cast<double>(limit_) / (1ull << 30));
  return text;
}

}  // namespace wg
