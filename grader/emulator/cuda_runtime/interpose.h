// How this library stands before libc: programs bind to its functions of the same names, which do what libc's do and something besides.
#pragma once
#include <dlfcn.h>

#include <cstddef>

#include "guard.h"

namespace wg::client {

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

}  // namespace wg::client

#define WG_EXPORT extern "C" __attribute__((visibility("default")))

// `at`, `bytes`: what the call may use. What a call that reads from the program's memory uses is known before it; what one that writes
// there has used is known after it (`used`, of its result).
#define WG_READS(result, name, parameters, arguments, at, bytes)                  \
  WG_EXPORT result name parameters {                                              \
    static const auto real = wg::client::next<result(*) parameters>(#name);       \
    const wg::client::OpenRange open((at), (bytes), __builtin_return_address(0)); \
    open.read();                                                                  \
    return real arguments;                                                        \
  }
#define WG_WRITES(result, name, parameters, arguments, at, bytes, used)           \
  WG_EXPORT result name parameters {                                              \
    static const auto real = wg::client::next<result(*) parameters>(#name);       \
    const wg::client::OpenRange open((at), (bytes), __builtin_return_address(0)); \
    const result done = real arguments;                                           \
    if (done > 0) open.wrote(size_t(done) * (used));                              \
    return done;                                                                  \
  }
