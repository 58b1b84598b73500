// Short forms that the API files share.
#pragma once
#include "abi.h"
#include "connection.h"

// The same function under its name for programs that are compiled with per-thread default streams; here both streams run in order.
#define WG_ALIAS(function, suffix) extern "C" decltype(function) function##suffix __attribute__((alias(#function)))

namespace wg::client {

using wire::Writer;

inline Reply ask(Op op, Api api, const Writer& payload = {}) { return Connection::get().call(op, api, payload); }
inline int tell(Op op, Api api, const Writer& payload = {}) { return ask(op, api, payload).error; }
inline uint64_t number(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }
inline void* pointer(uint64_t value) { return reinterpret_cast<void*>(value); }

}  // namespace wg::client
