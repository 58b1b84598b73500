// The command line of warpgrade-device.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "profile.h"
#include "timeline.h"

namespace wg {

struct Options {
  std::string socket_path, record_dir;
  std::string inputs_dir;  // raw files for Op::upload; "": none
  Profile profile;
  std::vector<Profile> cards;  // what a program sees when it asks for devices, device 0 first; empty: none
  std::string profile_name;    // "a100": the file's name
  unsigned checks = 0;         // of wg::Check
  bool leak_check = false;
  unsigned threads = 1;
  uint64_t max_block_instructions = 1ull << 31;
  uint64_t max_kernel_instructions = 1ull << 36;
  double max_kernel_s = 0;      // 0: no limit
  uint64_t memory_bytes = 0;    // what programs may allocate
  uint64_t resident_bytes = 0;  // what they may really fill; 0: what the machine can spare
  bool fuzz = false;            // warps and blocks take turns in an order drawn from `seed`
  uint64_t seed = 0;
  bool record_outputs = false;
  bool one_client = false;
  Latencies latencies;  // injected into the virtual timeline
};

// Throws std::runtime_error with one line that names the option at fault.
Options parse_options(int argc, char** argv);

}  // namespace wg
