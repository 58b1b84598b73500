// Where a function's registers, parameters and variables lie, before any of its instructions is looked at.
#pragma once
#include <map>
#include <set>

#include "code.h"

namespace wg {

struct Layout {
  std::vector<uint32_t> registers;                          // offset of each PTX register in the frame
  uint32_t registers_end = 0;                               // what else a frame holds lies from here on
  std::vector<uint32_t> undefined;                          // of each one's UndefinedSlot, or 0; empty if there are no shuffles
  std::map<std::string, std::pair<uint32_t, bool>> params;  // offset, and whether it is the function's own parameter
  std::map<std::string, uint32_t> param_sizes;
  std::map<std::string, uint64_t> local_offsets;
  std::map<std::string, uint32_t> own_shared;  // of a kernel: offsets of its shared variables
  std::set<std::string> dynamic;               // extern shared arrays: behind all others
};

// Sets the sizes in `code` and `kernel` (a nullptr for functions) as well. Throws ptx::LoadError if something is too large.
Layout lay_out(const ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel);

// Where each parameter of a kernel lies: C ABI, natural alignment.
bool lay_out_params(const std::vector<ptx::Variable>& params, std::vector<uint32_t>& offsets, uint32_t& bytes);

unsigned lane_bytes(ptx::Type type);  // of a register: 1 for a predicate, a bit of a mask of lanes

}  // namespace wg
