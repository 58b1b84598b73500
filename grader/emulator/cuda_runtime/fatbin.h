// Taking the images out of a fat binary, as nvcc 13 puts them into .nv_fatbin.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace wg::client {

struct PtxImage {
  uint32_t arch = 0;  // 80 for compute_80
  bool compressed = false;
  std::string_view text;  // lies in the program's own pages
};

// The PTX images of the binary that `wrapper` (a struct __fatBinC_Wrapper_t) points to; empty if it holds none, or isn't one. Machine code
// images are skipped. Never reads beyond the size that the container states.
std::vector<PtxImage> ptx_images(const void* wrapper);

}  // namespace wg::client
