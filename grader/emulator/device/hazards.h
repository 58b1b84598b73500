// Whether work of two streams, or of a stream and the host, meets in memory with nothing that orders it. Happens-before is asked of vector
// clocks (queue.h); what was touched is exact to the byte: of copies by what they are, of kernels by what they did (core/access_log.h).
#pragma once
#include <deque>
#include <functional>

#include "../core/gpu.h"
#include "../core/memory.h"
#include "queue.h"

namespace wg {

class Hazards {
 public:
  using Report = std::function<void(Finding, const std::string& phase)>;

  // Whether work that was or is to be done is unordered with this: then it must be known what it touches.
  bool may_meet(const Operation& operation, const Queue& queue) const;
  // It has been done: compares it with what came before, and keeps it for what comes after.
  void done(const OperationRef& operation, const Memory& memory, const Report& report);
  // Forgets what nothing to come can be unordered with.
  void tidy(Queue& queue);
  void reset() { kept_.clear(); }

 private:
  struct Kept {
    OperationRef operation;
    uint64_t ordered_from = 0;  // operations from this one on come after it; 0: the program doesn't know yet that it is over
    size_t runs = 0;
  };
  std::deque<Kept> kept_;
  size_t runs_ = 0;
};

// The host touched memory that a pending or finished operation uses: what is to be said, if it is a fault.
void compare_with_host(const Operation& operation, const Memory& memory, const Hazards::Report& report);

}  // namespace wg
