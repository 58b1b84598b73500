// Short forms that the API files share.
#pragma once
#include "abi.h"
#include "connection.h"

// The same function under its name for programs that are compiled with per-thread default streams: in it stream 0 is the caller's own.
// The loader asks once where the function is (ifunc), so that it needs no list of parameters here.
#define WG_ALIAS(function, suffix)                                                                                             \
  extern "C" {                                                                                                                 \
  [[maybe_unused]] static decltype(&function) resolve_##function##suffix() { return &wg::client::PerThread<&function>::call; } \
  decltype(function) function##suffix __attribute__((ifunc("resolve_" #function #suffix)));                                    \
  }

namespace wg::client {

using wire::Writer;

template <auto F>
struct PerThread;
template <class R, class... A, R (*F)(A...)>
struct PerThread<F> {
  static R call(A... arguments) {
    const PerThreadDefaultStream scope;
    return F(arguments...);
  }
};

inline Reply ask(Op op, Api api, const Writer& payload = {}) { return Connection::get().call(op, api, payload); }
// Whether a program may speak of this device: 0 is answered for by whatever it asks there.
bool is_device(int device);

inline int tell(Op op, Api api, const Writer& payload = {}) { return ask(op, api, payload).error; }
inline uint64_t number(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }
inline void* pointer(uint64_t value) { return reinterpret_cast<void*>(value); }

}  // namespace wg::client
