// Where host code did something.
#pragma once
#include <cstdint>
#include <string>

namespace wg {

// An instruction of host code: a file ("program" is the program itself, empty is nowhere) and an offset into it. `outer` is the call that
// led there, or 0: the instruction may lie in a template of the toolkit's.
struct HostPlace {
  std::string module;
  uint64_t offset = 0, outer = 0;
};

}  // namespace wg
