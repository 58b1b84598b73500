// Taking the images out of a fat binary, as nvcc 13 puts them into .nv_fatbin.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace wg::client {

struct Image {
  uint32_t arch = 0;          // 80 for compute_80 and sm_80
  bool machine_code = false;  // a cubin, not PTX
  bool compressed = false;
  std::string_view bytes;  // lie in the program's own pages
};

// The images of the binary that `wrapper` (a struct __fatBinC_Wrapper_t) points to; empty if it holds none, or isn't one. Never reads
// beyond the size that the container states.
std::vector<Image> images_of(const void* wrapper);

}  // namespace wg::client
