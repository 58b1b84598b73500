// Libraries that we stand in for and that are linked into programs: what their calls and their reasons are called.
#pragma once
#include <cstdint>

namespace wg {

struct LibraryCall {
  const char *name = "", *reason = "";
};

// The numbers are a client's; "" for those that stand for nothing.
LibraryCall library_call_of(uint32_t library, uint32_t function, uint32_t reason);

}  // namespace wg
