// Control flow: bra, brx.idx, call, ret, exit, trap, fences. PTX ISA 9.0, sections 9.7.12 and 9.7.13.
// Diverged lanes meet again at the immediate post-dominator of the branch (warp.h); lanes that exit are taken out of every join that waits
// for them.
#include <algorithm>

#include "../builtins.h"
#include "../ordered_races.h"
#include "../scheduler.h"
#include "table.h"

namespace wg {

const Op* branch(Warp& w, const Op* op, uint32_t taken, uint32_t target, uint32_t other, uint32_t reconverge) {
  const Code& code = *w.frame->code;
  const Op* ops = code.ops.data();
  w.block->record.divergent[op->counter]++;
  const uint32_t rest = w.mask & ~taken;
  // Nothing follows the end of a kernel, so nobody waits there.
  if (code.is_entry && reconverge + 2 == code.ops.size()) {
    w.splits.push_back({ops + other, rest, 0, w.join, w.frame, Split::State::runnable, 0});
    w.mask = taken;
    return ops + target;
  }
  Join* join = w.join;
  if (!join || join->pc != reconverge) {
    join = w.worker->new_join();
    *join = {reconverge, w.mask, 0, w.join};
    w.join = join;
  }
  if (target == reconverge && !join->open) {
    join->arrived |= taken;
    w.mask = rest;
    return ops + other;
  }
  if (other == reconverge && !join->open) {
    join->arrived |= rest;
    w.mask = taken;
    return ops + target;
  }
  w.splits.push_back({ops + other, rest, 0, join, w.frame, Split::State::runnable, 0});
  w.mask = taken;
  return ops + target;
}

const Op* arrive(Warp& w, const Op* op) {
  const uint32_t pc = uint32_t(op - w.frame->code->ops.data());
  while (w.join && w.join->pc == pc) {
    Join* join = w.join;
    if (join->open) {
      join->expected &= ~w.mask;
      w.join = join->parent;
      if (!join->expected) w.worker->free_joins.push_back(join);
      continue;
    }
    join->arrived |= w.mask;
    if (join->arrived != join->expected) {
      w.mask = 0;
      return nullptr;  // the others carry on from here
    }
    w.mask = join->expected;
    w.join = join->parent;
    w.worker->free_joins.push_back(join);
  }
  return op;
}

const Op* exit_lanes(Warp& w, const Op* op, uint32_t lanes) {
  w.live &= ~lanes;
  w.block->live_threads -= uint32_t(__builtin_popcount(lanes));
  Join* join = w.join;
  for (Frame* f = w.frame;; f = f->parent) {
    for (Join* j = join; j; j = j->parent) j->expected &= ~lanes;
    if (!f->parent) break;
    join = f->caller_join;
  }
  w.mask &= ~lanes;
  if (w.mask) return next(op);
  // This split is gone. If it was the last one that a join waited for, the join's lanes go on.
  for (;;) {
    while (w.join) {
      Join* j = w.join;
      if (j->expected && j->arrived != j->expected) return nullptr;
      w.join = j->parent;
      w.worker->free_joins.push_back(j);
      if (j->expected) {
        w.mask = j->expected;
        return w.frame->code->ops.data() + j->pc;
      }
    }
    if (!w.frame->parent) return nullptr;
    leave_frame(w);
  }
}

namespace {

const Op* jump(Warp& w, const Op* op) { return w.frame->code->ops.data() + op->imm; }

template <bool Negated>
const Op* conditional(Warp& w, const Op* op) {
  const uint32_t p = w.predicate(op->guard);
  const uint32_t taken = (Negated ? ~p : p) & w.mask;
  if (!taken) return next(op);
  if (taken == w.mask) return w.frame->code->ops.data() + op->imm;
  const uint32_t other = uint32_t(op - w.frame->code->ops.data()) + 1;
  return branch(w, op, taken, uint32_t(op->imm), other, op->c);
}

// brx.idx: one split for each target that some lane takes.
const Op* indexed(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const uint32_t* index = w.lanes<uint32_t>(op->a);
  const uint32_t first = index[first_lane(w.mask)];
  uint32_t same = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) same |= uint32_t(index[first_lane(m)] == first) << first_lane(m);
  if (first >= e.targets.size()) {
    const std::string said = "brx.idx by " + where(w, first_lane(w.mask)) + " has index " + std::to_string(first) + ": its list has ";
    report(w, "LAUNCH_FAILED", op->site, first_lane(w.mask), said + std::to_string(e.targets.size()) + " targets");
    return fault(w, 719);
  }
  if (same == w.mask) return w.frame->code->ops.data() + e.targets[first];
  // the rest comes back to this instruction
  return branch(w, op, same, e.targets[first], uint32_t(op - w.frame->code->ops.data()), op->c);
}

const Op* finish_kernel(Warp& w, const Op* op) { return exit_lanes(w, op, w.mask); }

// The end of a function: results go to the caller's frame.
const Op* finish_function(Warp& w, const Op*) {
  Frame* f = w.frame;
  const Op* back = f->return_to;
  const Code& code = *f->code;
  Frame* caller = f->parent;
  if (f->result_bytes)
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      std::memcpy(caller->params.data() + size_t(i) * caller->code->param_bytes + f->result_offset,
                  f->params.data() + size_t(i) * code.param_bytes + code.return_offset,
                  f->result_bytes < code.return_bytes ? f->result_bytes : code.return_bytes);
    }
  leave_frame(w);
  return back;
}

const Op* call_code(Warp& w, const Op* op, const Code* callee) {
  const Extra& e = w.frame->code->extras[op->extra];
  Frame* caller = w.frame;
  Frame* f = enter_frame(w, callee, op);
  if (!f) return nullptr;
  const size_t n = e.argument_offsets.size() < callee->param_offsets.size() ? e.argument_offsets.size() : callee->param_offsets.size();
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    for (size_t k = 0; k < n; k++)
      std::memcpy(f->params.data() + size_t(i) * callee->param_bytes + callee->param_offsets[k],
                  caller->params.data() + size_t(i) * caller->code->param_bytes + e.argument_offsets[k],
                  e.argument_bytes[k] < callee->param_sizes[k] ? e.argument_bytes[k] : callee->param_sizes[k]);
  }
  f->result_offset = e.result_offset;
  f->result_bytes = e.result_bytes;
  f->return_to = next(op);
  return callee->ops.data();
}
const Op* call_direct(Warp& w, const Op* op) { return call_code(w, op, w.frame->code->extras[op->extra].callee); }
const Op* call_builtin(Warp& w, const Op* op) { return run_builtin(w, op, w.frame->code->extras[op->extra]); }
const Op* call_pointer(Warp& w, const Op* op) {
  const uint64_t* target = w.lanes<uint64_t>(op->a);
  const auto& table = w.worker->launch->program->function_table;
  const uint64_t first = target[first_lane(w.mask)];
  uint32_t same = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) same |= uint32_t(target[first_lane(m)] == first) << first_lane(m);
  if (same != w.mask) {  // the others come back to this instruction, and all meet behind it
    if (!w.join || w.join->pc != op->c) {
      Join* join = w.worker->new_join();
      *join = {op->c, w.mask, 0, w.join};
      w.join = join;
    }
    w.splits.push_back({op, w.mask & ~same, 0, w.join, w.frame, Split::State::runnable, 0});
    w.mask = same;
  }
  if (first < kFunctionBase || first - kFunctionBase >= table.size()) {
    report(w, "OOB_READ", op->site, first_lane(w.mask), "Call through an invalid function pointer by " + where(w, first_lane(w.mask)));
    return fault(w, 700);
  }
  return call_code(w, op, table[first - kFunctionBase]);
}

const Op* trap(Warp& w, const Op* op) {
  report(w, "LAUNCH_FAILED", op->site, first_lane(w.mask), "trap executed by " + where(w, first_lane(w.mask)));
  return fault(w, 719);
}
const Op* nothing(Warp&, const Op* op) { return next(op); }
const Op* yield(Warp& w, const Op* op) {  // nanosleep: somebody else's turn, in a drawn order as it is drawn
  if (!w.worker->random) w.slice = 0;
  w.synchronises = true;
  return next(op);
}

// Fences order memory; here every access takes effect at once. But a loop with one waits for somebody.
const Op* fence(Warp& w, const Op* op) {
  w.synchronises = true;
  w.fence_stamp = w.block->clock;
  if (w.worker->ordered_races && op->flags) w.worker->ordered_races->fence(w);
  return next(op);
}
Row fence_row(const char* name, std::initializer_list<const char*> modifiers) {
  const std::vector<const char*> known(modifiers);
  return custom(
      name, {},
      [known](Builder& b, Op& op) {
        for (const char* m : known) b.take(m);
        b.done();
        op.run = fence;
        const auto& m = b.in->modifiers;
        const auto has = [&](const char* name) { return std::find(m.begin(), m.end(), name) != m.end(); };
        op.flags = !has("cta") && !has("cluster") && !has("acquire");  // publishes what was done to the whole GPU
      },
      kPipeControl);
}

}  // namespace

std::vector<Row> control_rows() {
  return {
      custom(
          "bra", {},
          [](Builder& b, Op& op) {
            b.ignore({"uni"});
            b.done();
            op.imm = b.label(b.operand(0));
            op.c = b.reconvergence();
            op.run = b.in->guard < 0 ? jump : b.in->guard_negated ? conditional<true> : conditional<false>;
          },
          kPipeControl),
      custom(
          "brx.idx", {},
          [](Builder& b, Op& op) {
            b.take("idx");
            b.ignore({"uni"});
            b.done();
            op.a = b.source(b.operand(0), 4);
            b.label(b.operand(1));  // fills the list of targets
            op.c = b.reconvergence();
            b.extra(op);
            op.run = indexed;
          },
          kPipeControl),
      custom(
          "ret", {},
          [](Builder& b, Op& op) {
            b.ignore({"uni"});
            b.done();
            op.run = b.in->guard < 0 ? jump : b.in->guard_negated ? conditional<true> : conditional<false>;
            op.imm = -1;  // the decoder puts in the end of the function
            op.c = b.reconvergence();
          },
          kPipeControl),
      custom(
          "exit", {},
          [](Builder& b, Op& op) {
            b.done();
            op.run = finish_kernel;
          },
          kPipeControl),
      custom(
          "$skip_if", {}, [](Builder&, Op& op) { op.run = conditional<false>; }, kPipeNone),  // the decoder's: around guarded collectives
      custom(
          "$skip_if_not", {}, [](Builder&, Op& op) { op.run = conditional<true>; }, kPipeNone),
      custom(
          "$end_of_kernel", {}, [](Builder&, Op& op) { op.run = finish_kernel; }, kPipeNone),
      custom(
          "$end_of_function", {}, [](Builder&, Op& op) { op.run = finish_function; }, kPipeNone),
      custom(
          "call", {},
          [](Builder& b, Op& op) {
            b.ignore({"uni"});
            b.done();
            b.call(op);
            const Extra& e = b.extra(op);
            op.run = !e.name.empty() ? call_builtin : e.callee ? call_direct : call_pointer;
            if (op.run == call_pointer) op.c = b.reconvergence();
          },
          kPipeControl),
      custom(
          "trap", {},
          [](Builder& b, Op& op) {
            b.done();
            op.run = trap;
          },
          kPipeControl),
      custom(
          "brkpt", {},
          [](Builder& b, Op& op) {
            b.done();
            op.run = nothing;
          },
          kPipeControl),
      custom(
          "nanosleep", {Type::u32},
          [](Builder& b, Op& op) {
            b.done();
            b.source(b.operand(0), 4);
            op.run = yield;
          },
          kPipeControl),
      fence_row("membar", {"cta", "gl", "sys"}),
      fence_row("fence", {"sc", "acq_rel", "acquire", "release", "cta", "cluster", "gpu", "sys"}),
  };
}

}  // namespace wg
