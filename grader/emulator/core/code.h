// Decoded kernels: what the interpreter runs. One Op is one PTX instruction (or the entry of a basic block) with operands resolved to byte
// offsets in the warp's register frame, so that a handler is a plain loop over 32 lanes.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gpu.h"
#include "ptx.h"
#include "work.h"

namespace wg {

constexpr unsigned kLanes = 32;

struct Warp;
struct Op;
struct Code;

// Executes one Op for the warp's current split and returns the next Op, or nullptr if the scheduler must decide (blocked, ended, time slice
// over).
using Handler = const Op* (*)(Warp&, const Op*);

struct Op {
  Handler run = nullptr;
  uint32_t d = 0, a = 0, b = 0, c = 0;  // byte offsets in the register frame (predicates: offset of a 32-bit lane mask)
  int64_t imm = 0;                      // address offset, branch target (op index), …
  uint32_t site = 0;                    // index in Program::sites: source location, for findings and counters
  uint32_t memory = 0;                  // index of this op's access-pattern cache and counters, if it accesses memory
  uint32_t extra = 0;                   // index into Code::extras, if the operands don't fit here
  uint32_t guard = 0;                   // offset of the guard predicate, for guarded ops
  Handler inner = nullptr;              // what a guarded op runs
  uint16_t flags = 0;                   // meaning is the opcode's own
  uint8_t bytes = 0;                    // element size of memory accesses
  uint8_t count = 1;                    // elements of a vector access
  uint32_t counter = 0;                 // of branches: where divergent executions are counted; of guarded ops: the lanes that execute
};

// Operand lists that don't fit into an Op: vectors, calls, wide selections.
struct Extra {
  std::vector<uint32_t> registers;                         // byte offsets
  std::vector<uint8_t> widths;                             // bytes of each register, 0 for a sink
  std::vector<uint32_t> targets;                           // op indices (brx.idx) …
  const Code* callee = nullptr;                            // call
  std::string name;                                        // callee of a built-in
  std::vector<uint32_t> argument_offsets, argument_bytes;  // call: where arguments lie in the caller's parameter area
  uint32_t result_offset = 0, result_bytes = 0;
};

// How an instruction passes undefined values on (undefined.h). Offsets in the frame: slots are UndefinedSlots, 0 if there is none.
struct UndefinedMove {
  enum class Kind : uint8_t { any, select, conjunction, disjunction };  // any: undefined if one source is
  Kind kind = Kind::any;
  bool uses = false;                       // it stores, branches or forms an address: here an undefined value does harm
  std::vector<uint32_t> sources, targets;  // slots
  uint32_t slots[3] = {};                  // of the operands of a selection (with its condition), conjunction or disjunction
  uint32_t deciding[2] = {};               // predicates: the condition of a selection; the operands of a conjunction or disjunction
  bool guarded = false, guard_negated = false;
  uint32_t guard = 0, guard_slot = 0;
};

// Values that a frame holds besides the PTX registers, filled when the frame is made.
struct Slot {
  enum class Kind : uint8_t {
    constant,
    tid_x,
    tid_y,
    tid_z,
    ntid_x,
    ntid_y,
    ntid_z,
    ctaid_x,
    ctaid_y,
    ctaid_z,
    nctaid_x,
    nctaid_y,
    nctaid_z,
    laneid,
    warpid,
    nwarpid,
    smid,
    nsmid,
    gridid,
    lanemask_eq,
    lanemask_le,
    lanemask_lt,
    lanemask_ge,
    lanemask_gt,
    grid_workspace_high,
    grid_workspace_low,
    local_address,
    dynamic_shared,
    dynamic_shared_bytes,
    total_shared_bytes
  };
  Kind kind;
  uint8_t bytes;  // 1 (predicate mask, 4 bytes), 2, 4 or 8 per lane
  uint32_t offset;
  uint64_t bits = 0;
};

struct Code {
  std::string name;
  const ptx::Function* function = nullptr;
  bool is_entry = false;
  bool communicates = false;  // has instructions by which blocks can wait for each other, or learn how far others are (communication.h)
  std::vector<Op> ops;        // the last one ends the function
  std::vector<Extra> extras;
  std::vector<UndefinedMove> undefined_moves;
  uint32_t block_count = 0;  // basic blocks
  bool calls = false;        // contains calls: its threads need a stack
  std::vector<Slot> slots;
  size_t block_slots = 0;               // the first of them differ from block to block
  uint32_t first_block_counter = 0;     // of its basic blocks in the program-wide counters
  uint32_t register_bytes = 0;          // whole frame, slots included
  uint32_t zeroed_bytes = 0;            // the PTX registers: set to 0 when a thread block starts
  uint32_t param_bytes = 0;             // per lane: parameters, results and call areas
  uint32_t local_bytes = 0;             // per lane
  std::vector<uint32_t> param_offsets;  // of the function's own parameters in its parameter area (functions; kernels use KernelInfo)
  std::vector<uint32_t> param_sizes;
  uint32_t return_offset = 0, return_bytes = 0;
};

// Where an op came from, for messages and per-line counters.
struct Site {
  const Code* code = nullptr;
  uint32_t location = 0;  // index into ptx::Module::locations
  uint32_t ptx_line = 0;
  uint32_t block_counter = 0;  // basic block that counts its executions
  int32_t memory = -1;         // counters of memory accesses
  int32_t branch = -1;         // counter of divergent executions, if it branches
  int32_t guarded = -1;        // counter of the lanes that its guard lets through, if it has one
  uint8_t bytes = 0;           // that each lane accesses
  uint8_t pipe = 0;            // Pipe; kPipeNone: no instruction of the program's
  Work work;
  uint8_t way = 0;  // of a memory access: 0 ld, 1 st, 2 atom, 3 red
};

enum Pipe : uint8_t { kPipeOther, kPipeFfma, kPipeFadd, kPipeFmul, kPipeInteger, kPipeControl, kPipeMemory, kPipeNone };

struct ProgramImpl {
  Memory& memory;
  ptx::Module module;
  std::vector<std::unique_ptr<Code>> codes;
  std::unordered_map<std::string, const Code*> by_name;
  std::vector<const Code*> function_table;  // function pointers: kFunctionBase + index
  std::vector<std::unique_ptr<KernelInfo>> kernels;
  std::unordered_map<std::string, KernelInfo*> kernel_by_name;
  std::unordered_map<std::string, ptx::LoadError> refused;                   // kernels that can't be decoded
  std::unordered_map<std::string, std::pair<uint64_t, uint64_t>> variables;  // address, bytes
  std::unordered_map<std::string, int> managed_files;                        // the shared pages of .managed variables
  std::unordered_map<std::string, uint32_t> shared_offset;  // of .shared variables that functions use: the same for every kernel
  uint32_t common_shared_bytes = 0;
  std::vector<Site> sites;
  std::vector<std::vector<SourceFrame>> frames;              // per ptx location
  std::unordered_map<std::string, uint64_t> function_index;  // for function pointers
  uint32_t block_counters = 0;
  uint32_t memory_sites = 0;
  uint64_t grid_workspace = 0;                   // address of the cooperative groups' barrier, if some kernel asks for it
  std::shared_ptr<struct RaceNotes> race_notes;  // global_races.h; made when a launch needs them
  uint32_t global_granularity = 4;               // smallest access to global memory in the program, at most 4: the unit of the race checker
  uint32_t branch_sites = 1, guarded_sites = 1;  // counters; the first is nobody's
  uint32_t shared_granularity = 4;               // smallest shared access in the program: the unit of race tags
  explicit ProgramImpl(Memory& m) : memory(m) {}
};

constexpr uint64_t kFunctionBase = 0xF000;  // function pointers are small odd numbers, never data addresses

struct Program::Impl : ProgramImpl {
  using ProgramImpl::ProgramImpl;
};

}  // namespace wg
