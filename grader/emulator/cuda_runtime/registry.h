// What nvcc's start-up code registers: fat binaries, kernels, variables. Local until a program uses a module; then it goes to the device.
#pragma once
#include <cstdint>
#include <vector>

#include "../device/protocol.h"
#include "abi.h"
#include "connection.h"

namespace wg::client {

struct Kernel {
  int error = kInvalidDeviceFunction;
  const char* name = "";  // mangled; the registry's
  uint64_t number = 0;
  wire::FunctionInfo info{};
  std::vector<std::pair<uint32_t, uint32_t>> params;  // offset, bytes
  uint32_t param_bytes = 0;
};

struct Variable {
  int error = kInvalidSymbol;
  uint64_t address = 0, bytes = 0;
};

// `host_function` is the address that programs pass to cudaLaunchKernel. Loads the module if need be; asked once per device generation,
// except after kernel_changed.
Kernel find_kernel(const void* host_function, Api api, bool unseen_launch = false);
void kernel_changed(const void* host_function);
Variable find_variable(const void* host_variable, Api api);
void forget_device();  // after cudaDeviceReset: modules are sent anew

}  // namespace wg::client
