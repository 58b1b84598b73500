// Every other function of the CUDA 13 headers: exported, so that programs link, and returning cudaErrorNotSupported. The device's trace
// names it.
#include "export.h"

namespace {
int unsupported(wg::wire::Api api) { return wg::client::tell(wg::wire::Op::unsupported, api); }
}  // namespace

extern "C" {
#define X(name) \
  cudaError_t name() { return unsupported(wg::wire::Api::name); }
#define V(name, suffix) X(name) X_SUFFIX(name, suffix)
#define X_SUFFIX(name, suffix) \
  cudaError_t name##suffix() { return unsupported(wg::wire::Api::name); }
#include "../device/api_unsupported.inc"
#undef X
#undef V
}
