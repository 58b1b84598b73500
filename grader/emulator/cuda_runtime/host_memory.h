// Pinned and registered host memory: where the program sees it, and where kernels do.
#pragma once
#include <cstdint>

namespace wg::client {

// 0 if the address lies in no such memory.
uint64_t device_address_of(uint64_t host);
uint64_t host_address_of(uint64_t device);

}  // namespace wg::client
