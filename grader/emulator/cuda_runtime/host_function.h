// Functions of the program's that a stream is to call: kept here by number until the device says that it is their turn.
#pragma once
#include <cstdint>

namespace wg::client {

struct HostFunction {
  void (*function)(void*) = nullptr;              // cudaLaunchHostFunc: not called if the context is lost
  void (*callback)(void*, int, void*) = nullptr;  // cudaStreamAddCallback: is told the error
  void* data = nullptr;
  void* stream = nullptr;
};

uint64_t keep_host_function(const HostFunction& function);
void forget_host_function(uint64_t number);

// Calls it, on a thread of its own as the real runtime does, and waits until it has returned.
void call_host_function(uint64_t number, int status);

// This thread runs one: calls of the runtime are not permitted here.
bool in_host_function();

}  // namespace wg::client
