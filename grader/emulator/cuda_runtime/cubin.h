// What ptxas found out about kernels, from the machine code that nvcc puts beside the PTX. The code itself is never run.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wg::client {

struct KernelFigures {
  std::string name;  // mangled
  uint32_t registers = 0, local_bytes = 0;
};

// Empty for bytes that are no cubin as nvcc 13 writes it. Never reads beyond them.
std::vector<KernelFigures> kernel_figures(std::string_view cubin);

}  // namespace wg::client
