// Which instructions let blocks learn of each other, told from the code alone.
#pragma once
#include <set>
#include <vector>

#include "ptx.h"
#include "registers.h"

namespace wg {

// The loads whose values go, by moves and the like, into what an atom.cas compares with.
std::set<uint32_t> guesses(const ptx::Function& function, const std::vector<RegisterPlaces>& places);

// Whether a block may wait for others by it, or do something else because of what others did. Plain accesses don't count: who depends on
// them races. Nor does an atomic whose result nobody uses.
bool communicates(const ptx::Instruction& in, const std::vector<RegisterPlaces>& places);

}  // namespace wg
