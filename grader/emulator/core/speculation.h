// Loads that the compiler has made unconditional. nvcc turns `if (tid == 0) total += s[0];` into a load by every thread, an addition and a
// `selp`: the other threads drop what they got, and on hardware nothing comes of it. Such a load is found when a kernel is decoded; for
// races and uninitialised memory it then counts for the lanes that keep the value. Values and counters are those of the instruction as it
// stands.
#pragma once
#include <cstdint>
#include <map>
#include <optional>

#include "cfg.h"
#include "ptx.h"
#include "registers.h"

namespace wg {

struct Speculation {
  uint32_t predicate;                   // register index
  bool negated;                         // the value is kept where the predicate does not hold
  std::optional<uint32_t> computed_by;  // the setp that is yet to compute the predicate at the load, and can be done there already
};

// By the load's index in the body. The loaded value, and each that is computed from it, is used once, the last one by a selp. Its predicate
// is known at the load: it is not set again on the way within a basic block, or it depends only on what a thread keeps to its end.
std::map<uint32_t, Speculation> speculated_loads(const ptx::Function& function, const Cfg& cfg, const std::vector<RegisterPlaces>& places);

}  // namespace wg
