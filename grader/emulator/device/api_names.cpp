// The runtime functions' names by number, for the trace.
#include "protocol.h"

namespace wg::wire {

const char* name_of(Api api) {
  static constexpr const char* names[] = {
      "",
#define X(name) #name,
#define V(name, suffix) #name,
#include "api_supported.inc"
      "",
#include "api_unsupported.inc"
#undef X
#undef V
  };
  const auto index = static_cast<size_t>(api);
  return index < sizeof names / sizeof *names ? names[index] : "";
}

}  // namespace wg::wire
