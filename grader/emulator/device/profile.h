// A card's figures, read from a flat TOML file (`key = value` lines). Sizes in bytes, clocks in kHz.
#pragma once
#include <cstdint>
#include <string>

namespace wg {

struct Profile {
  std::string name;
  int major = 0, minor = 0;  // compute capability
  int64_t sm_count = 0, shared_bytes_per_block = 0, shared_bytes_per_block_optin = 0, shared_bytes_per_sm = 0, registers_per_sm = 0;
  int64_t registers_per_block = 0, warps_per_sm = 0, blocks_per_sm = 0, threads_per_block = 0, l2_bytes = 0, memory_bytes = 0;
  int64_t l2_persisting_bytes = 0, l2_window_bytes = 0, pci_device = 0;  // 0: the card has no such thing, or nobody has said
  int64_t clock_khz = 0, memory_clock_khz = 0, memory_bus_bits = 0, copy_engines = 0;
  double memory_gb_s = 0, pcie_gb_s = 0;
};

// Throws std::runtime_error that names file, line and key: unreadable file, malformed line, missing or non-positive value. Unknown keys are
// ignored, so that a profile may say more than this version asks for.
Profile read_profile(const std::string& path);

}  // namespace wg
