#include "decode.h"

#include <algorithm>
#include <set>

#include "access_ops.h"
#include "cfg.h"
#include "communication.h"
#include "global_races.h"
#include "operands.h"
#include "scheduler.h"
#include "speculation.h"
#include "undefined.h"

namespace wg {
namespace {

// Instructions that may make a split wait or end: a guard around them is a branch, not predication.
bool needs_branch(const std::string& opcode) {
  static const std::set<std::string> names = {"bar",  "barrier", "shfl", "vote",      "match", "redux",
                                              "call", "exit",    "trap", "nanosleep", "brx",   "elect"};
  return names.count(opcode) != 0;
}

// Lanes may call different functions: they meet again behind the call.
bool calls_pointer(const ptx::Instruction& in) {
  if (in.opcode != "call") return false;
  for (const auto& o : in.operands)
    if (o.kind == ptx::Operand::Kind::reg) return true;
  return false;
}

template <bool Negated>
const Op* guarded(Warp& w, const Op* op) {
  const uint32_t p = w.predicate(op->guard), all = w.mask, active = (Negated ? ~p : p) & all;
  if (!active) return op + 1;
  w.block->record.guarded[op->counter] += uint64_t(__builtin_popcount(active));
  w.mask = active;
  const Op* r = op->inner(w, op);
  w.mask = all;
  return r;
}

// The other half of the decoder: basic blocks and instructions in their order, guards, and where lanes go on.
class Decoder final : public Operands {
 public:
  using Operands::Operands;

  void run() {
    const Cfg cfg = build_cfg(function_);
    cfg_ = &cfg;
    places_ = places_of(function_);
    speculated_ = speculated_loads(function_, cfg, places_);
    guesses_ = guesses(function_, places_);
    std::vector<bool> starts(function_.body.size() + 1, false);
    for (const auto& b : cfg.blocks) starts[b.first] = true;
    starts[function_.body.size()] = true;
    for (size_t i = 0; i < function_.body.size(); i++)
      if (const auto& in = function_.body[i]; (in.guard >= 0 && needs_branch(in.opcode)) || calls_pointer(in)) starts[i + 1] = true;

    code_.first_block_counter = program_.block_counters;
    std::vector<uint32_t> entry(function_.body.size() + 1, 0);  // PTX index of a block's first instruction -> its entry op
    for (size_t i = 0; i <= function_.body.size(); i++) {
      const bool last = i == function_.body.size();
      index_ = uint32_t(i);
      if (starts[i]) {
        entry[i] = uint32_t(code_.ops.size());
        begin_block(last ? nullptr : &function_.body[i]);
      }
      if (last) break;
      instruction(function_.body[i]);
    }
    ptx::Instruction end;
    end.opcode = code_.is_entry ? "$end_of_kernel" : "$end_of_function";
    end.ptx_line = function_.body.empty() ? function_.ptx_line : function_.body.back().ptx_line;
    end.location = function_.body.empty() ? function_.location : function_.body.back().location;
    instruction(end);

    const uint32_t last = entry[function_.body.size()];
    auto where = [&](int64_t ptx_index) { return ptx_index < 0 ? last : entry[size_t(ptx_index)]; };
    for (const Patch& p : patches_) {
      Op& op = code_.ops[p.op];
      if (p.has_target) op.imm = where(p.target);
      op.c = where(p.reconverge);
      if (!p.targets.empty()) {
        Extra& e = code_.extras[op.extra];
        for (uint32_t t : p.targets) e.targets.push_back(where(t));
      }
    }
    program_.block_counters += code_.block_count;
    end_frame();
  }

  Extra& extra(Op& op) override {
    if (extra_of_ < 0) {
      extra_of_ = int64_t(code_.extras.size());
      code_.extras.emplace_back();
    }
    op.extra = uint32_t(extra_of_);
    return code_.extras[size_t(extra_of_)];
  }
  uint32_t label(const ptx::Operand& o) override {
    patch_.has_target = true;
    if (o.kind == ptx::Operand::Kind::label) {
      patch_.target = o.index;
      return o.index;
    }
    const auto list = function_.branch_targets.find(o.name);
    if (list == function_.branch_targets.end()) refuse("its target is not a label");
    patch_.has_target = false;
    for (const auto& name : list->second) {
      const auto at = function_.labels.find(name);
      if (at == function_.labels.end()) refuse("unknown label " + name);
      patch_.targets.push_back(at->second);
    }
    return 0;
  }
  uint32_t reconvergence() const override {
    patch_.used = true;
    patch_.reconverge = cfg_->reconverge[index_];
    // Nothing but the end follows: lanes leave as they come. Waiting there for lanes that stand at a barrier would be for ever.
    const auto& body = function_.body;
    if (const uint32_t r = patch_.reconverge;
        code_.is_entry && r < body.size() && body[r].guard < 0 && (body[r].opcode == "ret" || body[r].opcode == "exit"))
      patch_.reconverge = uint32_t(body.size());
    return patch_.reconverge;
  }
  void memory_site(Op& op) override {
    op.memory = program_.memory_sites++;
    memory_ = int32_t(op.memory);
    const bool may_be_shared = std::find_if(in->modifiers.begin(), in->modifiers.end(), [](const auto& m) {
                                 return m == "global" || m == "local" || m == "const";
                               }) == in->modifiers.end();
    const bool may_be_global = std::none_of(in->modifiers.begin(), in->modifiers.end(), [](const auto& m) {
      return m.starts_with("shared") || m == "local" || m == "const" || m.starts_with("param");
    });
    if (may_be_global && op.bytes) program_.global_granularity = std::min<uint32_t>(program_.global_granularity, op.bytes);
    if (may_be_shared && op.bytes) program_.shared_granularity = std::min<uint32_t>(program_.shared_granularity, op.bytes);
  }

 private:
  struct Patch {
    uint32_t op = 0;
    bool used = false, has_target = false;
    int64_t target = -1;
    uint32_t reconverge = 0;
    std::vector<uint32_t> targets;
  };

  void begin_block(const ptx::Instruction* first) {
    block_entry_ = uint32_t(code_.ops.size());
    Op op;
    op.run = enter_block;
    op.extra = code_.first_block_counter + code_.block_count;
    op.imm = block_entry_;
    code_.block_count++;
    op.site = new_site(first, kPipeNone);
    code_.ops.push_back(op);
  }

  // Whether somebody uses the result of an atomic operation.
  bool result_used(const ptx::Instruction& i) const {
    const auto& to = i.operands[0];
    return to.kind == ptx::Operand::Kind::reg && !places_[to.index].uses.empty();
  }

  static bool is_atomic(const ptx::Instruction& i, const char* operation) {
    return i.opcode == "atom" && std::find(i.modifiers.begin(), i.modifiers.end(), operation) != i.modifiers.end();
  }

  // As ptxas does, an atomic operation whose result nobody reads is counted as a reduction.
  uint8_t way_of(const ptx::Instruction& i) const {
    if (i.opcode == "st") return 1;
    if (i.opcode == "red") return 3;
    if (i.opcode != "atom") return 0;
    return result_used(i) || is_atomic(i, "cas") || is_atomic(i, "exch") ? 2 : 3;
  }

  // The instruction that is built next.
  const Row* begin(const ptx::Instruction& instruction) {
    in = &instruction;
    const Row* row = find_row(instruction);
    if (!row) refuse("the emulated GPU has no such instruction or not for this type");
    if (!row->refused.empty()) refuse(row->refused);
    operands_used = 0;
    rest.clear();
    types.clear();
    for (const auto& m : instruction.modifiers) {
      const Type t = ptx::type_from_name(m);
      if (t == Type::none) rest.push_back(m);
      else types.push_back(t);
    }
    return row;
  }

  // Where the predicate of a speculated load is: its register, or a place beside the registers where an op computes it ahead of its time.
  uint32_t known_predicate(const Speculation& load) {
    if (!load.computed_by) return layout_.registers[load.predicate];
    const Row* row = begin(function_.body[*load.computed_by]);
    Op op;
    build(*row, op);
    return compute_predicate(op);
  }

  void build(const Row& row, Op& op) {
    row.build(*this, op);
    if (!op.run) refuse("not for this type");
    if (operands_used < in->operands.size()) refuse("too many operands");
  }

  void instruction(const ptx::Instruction& instruction) {
    const auto load = speculated_.find(index_);
    const uint32_t predicate = load == speculated_.end() ? 0 : known_predicate(load->second);
    const Row* row = begin(instruction);
    const bool pseudo = instruction.opcode[0] == '$';
    const bool self_guarded = instruction.opcode == "bra" || instruction.opcode == "ret";
    const uint32_t guard = instruction.guard < 0 ? 0 : layout_.registers[size_t(instruction.guard)];
    Op op;
    extra_of_ = -1;
    memory_ = -1;
    patch_ = Patch{};
    if (auto move = undefined_move(instruction, layout_.registers, layout_.undefined)) {
      Op before;
      before.run = move_undefined;
      before.imm = int64_t(code_.undefined_moves.size());
      before.site = new_site(&instruction, kPipeNone);
      code_.undefined_moves.push_back(std::move(*move));
      code_.ops.push_back(before);
    }
    build(*row, op);
    code_.communicates |= communicates(instruction, places_);
    if (memory_ >= 0 && guesses_.count(index_)) op.flags |= kGuess;
    if (is_atomic(instruction, "exch") && !result_used(instruction)) op.flags |= kOverwrites;
    if (load != speculated_.end()) {
      op.c = predicate;
      op.flags |= load->second.negated ? kKeptUnless : kKeptIf;
      program_.memory_sites++;  // the site behind the op's own remembers patterns of the lanes that count
    }
    if (instruction.opcode == "ld") op.b = only_stored(function_, places_, instruction);
    const bool as_branch = instruction.guard >= 0 && !self_guarded && needs_branch(instruction.opcode);
    if (as_branch) {
      ptx::Instruction skip;
      skip.opcode = instruction.guard_negated ? "$skip_if" : "$skip_if_not";
      Op branch;
      find_row(skip)->build(*this, branch);
      branch.guard = guard;
      branch.site = new_site(&instruction, kPipeNone);
      program_.sites.back().branch = int32_t(branch.counter = program_.branch_sites++);
      Patch around;
      around.op = uint32_t(code_.ops.size());
      around.used = around.has_target = true;
      around.target = around.reconverge = index_ + 1;
      patches_.push_back(around);
      code_.ops.push_back(branch);
    } else if (instruction.guard >= 0) {
      op.guard = guard;
      if (!self_guarded) {
        op.inner = op.run;
        op.counter = program_.guarded_sites++;
        op.run = instruction.guard_negated ? guarded<true> : guarded<false>;
      }
    }
    op.site = new_site(&instruction, pseudo ? uint8_t(kPipeNone) : row->pipe);
    Site& site = program_.sites.back();
    site.memory = memory_;
    site.work = work_of(instruction);
    site.bytes = uint8_t(op.bytes * op.count);
    if (instruction.guard >= 0 && !self_guarded && !as_branch) site.guarded = int32_t(op.counter);
    if (self_guarded || instruction.opcode == "brx") site.branch = int32_t(op.counter = program_.branch_sites++);
    program_.sites.back().way = way_of(instruction);
    if (patch_.used || patch_.has_target || !patch_.targets.empty()) {
      patch_.op = uint32_t(code_.ops.size());
      if (instruction.opcode == "ret") {
        patch_.has_target = true;
        patch_.target = -1;
      }
      patches_.push_back(patch_);
    }
    code_.ops.push_back(op);
    if (!pseudo) code_.ops[block_entry_].b++;
  }

  const Cfg* cfg_ = nullptr;
  std::vector<RegisterPlaces> places_;
  std::map<uint32_t, Speculation> speculated_;
  std::set<uint32_t> guesses_;
  uint32_t index_ = 0;
  uint32_t block_entry_ = 0;  // the entry op of the current basic block
  int64_t extra_of_ = -1;
  int32_t memory_ = -1;
  mutable Patch patch_;
  std::vector<Patch> patches_;
};

}  // namespace

void decode(ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel) {
  Decoder(program, function, code, kernel).run();
}

void refuse_at(const ProgramImpl& program, const std::string& what, uint32_t ptx_line, uint32_t location) {
  const auto& locations = program.module.locations;
  if (location && location < locations.size() && !locations[location].empty()) {
    const auto& frame = locations[location].front();
    const auto file = program.module.files.find(frame.file);
    throw ptx::LoadError(what, ptx_line, file == program.module.files.end() ? std::string() : file->second, frame.line);
  }
  throw ptx::LoadError(what, ptx_line);
}

}  // namespace wg
