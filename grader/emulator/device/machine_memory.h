// What this process may take of the machine's memory. A card may have more than the machine: allocations cost nothing until they are
// touched, and before the system would have to kill somebody, the work that touches them is ended.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

namespace wg {

class MachineMemory {
 public:
  // `limit_bytes`: of resident memory; 0: four fifths of what is available now, here and in the control group.
  explicit MachineMemory(uint64_t limit_bytes);

  // True if this process holds more than it may, or the machine has next to nothing left. Costs some microseconds.
  bool exhausted() const;

  uint64_t limit_bytes() const { return limit_; }
  std::string explanation() const;  // "more than the 18.2 GiB of memory that this machine can spare"

 private:
  uint64_t limit_;
};

}  // namespace wg
