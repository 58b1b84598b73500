// Numbers in messages.
#pragma once
#include <cstdint>
#include <string>

namespace wg {

// 4000000 -> "4,000,000"
inline std::string grouped(uint64_t n) {
  std::string digits = std::to_string(n);
  for (int at = int(digits.size()) - 3; at > 0; at -= 3) digits.insert(size_t(at), ",");
  return digits;
}

// "1 byte", "24 bytes"
inline std::string size_text(uint64_t bytes) { return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes"); }

}  // namespace wg
