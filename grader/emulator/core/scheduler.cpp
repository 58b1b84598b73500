#include "scheduler.h"

#include <algorithm>

#include "ordered_races.h"
#include "shadow.h"
#include "text.h"

namespace wg {
namespace {

constexpr int64_t kSlice = 2000;     // warp-instructions a warp runs before others get a turn
constexpr int64_t kSpinSlice = 64;   // of one that spun all through its last slice
constexpr unsigned kMaxDepth = 512;  // calls

uint64_t slot_value(const Slot& s, const Warp& w, unsigned lane, const Frame& f) {
  const Block& b = *w.block;
  switch (s.kind) {
    case Slot::Kind::constant: return s.bits;
    case Slot::Kind::tid_x: return thread_of(b, w.id, lane).x;
    case Slot::Kind::tid_y: return thread_of(b, w.id, lane).y;
    case Slot::Kind::tid_z: return thread_of(b, w.id, lane).z;
    case Slot::Kind::ntid_x: return b.dim.x;
    case Slot::Kind::ntid_y: return b.dim.y;
    case Slot::Kind::ntid_z: return b.dim.z;
    case Slot::Kind::ctaid_x: return b.index.x;
    case Slot::Kind::ctaid_y: return b.index.y;
    case Slot::Kind::ctaid_z: return b.index.z;
    case Slot::Kind::nctaid_x: return b.grid.x;
    case Slot::Kind::nctaid_y: return b.grid.y;
    case Slot::Kind::nctaid_z: return b.grid.z;
    case Slot::Kind::laneid: return lane;
    case Slot::Kind::warpid: return w.id;
    case Slot::Kind::nwarpid: return (b.dim.count() + kLanes - 1) / kLanes;
    case Slot::Kind::smid: return b.linear % w.worker->launch->options->sm_count;
    case Slot::Kind::nsmid: return w.worker->launch->options->sm_count;
    case Slot::Kind::gridid: return 0;
    case Slot::Kind::lanemask_eq: return lane_bit(lane);
    case Slot::Kind::lanemask_le: return lane_bit(lane) | (lane_bit(lane) - 1);
    case Slot::Kind::lanemask_lt: return lane_bit(lane) - 1;
    case Slot::Kind::lanemask_ge: return ~(lane_bit(lane) - 1);
    case Slot::Kind::lanemask_gt: return ~(lane_bit(lane) | (lane_bit(lane) - 1));
    case Slot::Kind::grid_workspace_high: return w.worker->launch->grid_workspace >> 32;
    case Slot::Kind::grid_workspace_low: return uint32_t(w.worker->launch->grid_workspace);
    case Slot::Kind::local_address: return f.local_base + s.bits;
    case Slot::Kind::dynamic_shared: return b.shared_bytes - b.dynamic_shared_bytes + s.bits;
    case Slot::Kind::dynamic_shared_bytes: return b.dynamic_shared_bytes;
    case Slot::Kind::total_shared_bytes: return b.shared_bytes;
  }
  return 0;
}

bool depends_on_lane(const Slot& s) {
  switch (s.kind) {
    case Slot::Kind::tid_x:
    case Slot::Kind::tid_y:
    case Slot::Kind::tid_z:
    case Slot::Kind::laneid:
    case Slot::Kind::lanemask_eq:
    case Slot::Kind::lanemask_le:
    case Slot::Kind::lanemask_lt:
    case Slot::Kind::lanemask_ge:
    case Slot::Kind::lanemask_gt: return true;
    default: return false;
  }
}

void fill_slot(const Slot& s, const Warp& w, Frame& f) {
  uint8_t* at = f.registers + s.offset;
  if (!depends_on_lane(s) && s.bytes >= 4) {
    const uint64_t x = slot_value(s, w, 0, f);
    if (s.bytes == 4) std::fill_n(reinterpret_cast<uint32_t*>(at), kLanes, uint32_t(x));
    else std::fill_n(reinterpret_cast<uint64_t*>(at), kLanes, x);
    return;
  }
  if (s.bytes == 1) {
    const uint32_t mask = s.bits ? ~0u : 0u;
    std::memcpy(at, &mask, 4);
    return;
  }
  for (unsigned lane = 0; lane < kLanes; lane++) {
    const uint64_t x = slot_value(s, w, lane, f);
    std::memcpy(at + lane * s.bytes, &x, s.bytes);
  }
}

void size_frame(Frame& f, const Code& code) {
  f.code = &code;
  f.storage.resize(code.register_bytes + 64);
  f.registers = f.storage.data() + (64 - reinterpret_cast<uintptr_t>(f.storage.data()) % 64) % 64;
  f.params.resize(size_t(code.param_bytes) * kLanes);
}

void load_split(Warp& w, const Split& s) {
  w.mask = s.mask;
  w.join = s.join;
  w.frame = s.frame;
  w.registers = s.frame->registers;
}

bool waits_for_lanes(const Split& s) { return s.state == Split::State::at_warp_sync || s.state == Split::State::at_warp_barrier; }

// __syncwarp is for all that name the same lanes, whichever of them stands in the source: each goes on behind its own (PTX ISA 9.0, section
// 9.7.13.3, bar.warp.sync).
bool open_warp_barrier(Warp& w) {
  for (const Split& waiting : w.splits) {
    if (waiting.state != Split::State::at_warp_barrier) continue;
    const uint32_t members = waiting.member_mask;
    const auto with_it = [&](const Split& t) { return t.state == Split::State::at_warp_barrier && t.member_mask == members; };
    uint32_t together = 0;
    for (const Split& t : w.splits)
      if (with_it(t)) together |= t.mask;
    if (members & w.live & ~together) continue;
    shadow_warp_sync(w, together | (members & w.all));
    w.merged.clear();
    std::erase_if(w.splits, [&](const Split& t) {
      if (!with_it(t)) return false;
      const auto same = std::find_if(w.merged.begin(), w.merged.end(),
                                     [&](const Split& m) { return m.op == t.op + 1 && m.join == t.join && m.frame == t.frame; });
      if (same != w.merged.end()) same->mask |= t.mask;
      else w.merged.push_back({t.op + 1, t.mask, 0, t.join, t.frame, Split::State::runnable, 0});
      return true;
    });
    w.splits.insert(w.splits.end(), w.merged.begin(), w.merged.end());
    w.merged.clear();
    return true;
  }
  return false;
}

// Splits that wait for each other at one collective: those that name the same lanes go on together if all of these have come. Lanes that
// name others there are at another turn of a loop: they wait for a collective of their own. With `force` all go on that wait there.
[[gnu::noinline]] bool merge_waiting(Warp& w, bool force, const Op** op) {
  for (const Split& waiting : w.splits) {
    if (!(force ? waits_for_lanes(waiting) : waiting.state == Split::State::at_warp_sync)) continue;
    const Split s = waiting;
    const auto with_it = [&](const Split& t) {
      return t.state == s.state && t.op == s.op && t.frame == s.frame && (force || t.member_mask == s.member_mask);
    };
    uint32_t together = 0;
    for (const Split& t : w.splits)
      if (with_it(t)) together |= t.mask;
    if (!force && (s.member_mask & w.live & ~together)) continue;
    w.merged.clear();
    for (size_t i = 0; i < w.splits.size();) {
      const Split& t = w.splits[i];
      if (!with_it(t)) {
        i++;
        continue;
      }
      // those that will meet at the same join are one split again
      const auto same = std::find_if(w.merged.begin(), w.merged.end(), [&](const Split& m) { return m.join == t.join; });
      if (same == w.merged.end()) w.merged.push_back(t);
      else same->mask |= t.mask;
      w.splits.erase(w.splits.begin() + long(i));
    }
    w.mask = together;
    w.join = w.merged[0].join;
    w.frame = s.frame;
    w.registers = s.frame->registers;
    w.forced = force;
    *op = s.op;
    return true;
  }
  return false;
}

// Ends the kernel if the block has used up its instructions, or if the device wants it to stop. Asked whenever a warp gets its turn and
// when its slice is over: a loop with a barrier in it never uses a whole slice.
[[gnu::noinline]] void stop(Warp& w, uint32_t mask, uint32_t site, bool stopped) {
  const LaunchOptions& options = *w.worker->launch->options;
  const std::string here = where(w, first_lane(mask)) + " was running here";
  report(w, "TIMEOUT", site, first_lane(mask),
         stopped
             ? "The kernel was stopped after its time limit; " + here
             : "The block executed more than " + grouped(options.max_block_instructions) + " warp-instructions and was stopped; " + here);
  fault(w, 702);
}
inline bool out_of_time(Warp& w, uint32_t mask, uint32_t site) {
  const LaunchOptions& options = *w.worker->launch->options;
  const bool stopped = options.abort && options.abort->load(std::memory_order_relaxed);
  if (__builtin_expect(!stopped && w.block->instructions <= options.max_block_instructions, 1)) return false;
  stop(w, mask, site, stopped);
  return true;
}

// Runs the warp until it has nothing runnable left or its slice is over. Returns whether anything ran.
bool run_warp(Warp& w, bool force) {
  bool ran = false;
  Random* random = w.worker->random;
  w.slice = random ? int64_t(1 + random->below(random->below(4) ? 64 : kSlice)) : w.spins ? kSpinSlice : kSlice;
  w.spins = w.changed = w.synchronises = false;
  if (!w.splits.empty() && out_of_time(w, w.splits.back().mask, w.splits.back().op->site)) return true;
  while (!w.block->error) {
    const Op* op = nullptr;
    if (random) random->shuffle(w.splits);
    size_t i = w.splits.size();
    while (i > 0 && w.splits[i - 1].state != Split::State::runnable) i--;
    if (i > 0) {
      load_split(w, w.splits[i - 1]);  // field by field: a copy of what was just written in pieces would have to wait for them
      op = w.splits[i - 1].op;
      if (i == w.splits.size()) w.splits.pop_back();
      else w.splits.erase(w.splits.begin() + long(i - 1));
    } else if (w.splits.empty() || (w.splits.size() == 1 && w.splits[0].state == Split::State::at_barrier)) {
      break;  // most often, without a look at what waits for whom
    } else if (open_warp_barrier(w)) {
      continue;
    } else if (!merge_waiting(w, force, &op)) {
      break;
    }
    force = false;
    ran = true;
    while (op) op = op->run(w, op);
    w.forced = false;
    if (w.slice < 0) break;
  }
  return ran;
}

// Locals start as zeros: what a thread finds there must not depend on what ran before.
void clear_local(Warp& w, uint32_t base, uint32_t bytes, uint32_t lanes) {
  const size_t lane_bytes = w.local.size() / kLanes;
  if (!bytes) return;
  for (uint32_t m = lanes; m; m &= m - 1) std::memset(w.local.data() + first_lane(m) * lane_bytes + base, 0, bytes);
}

void start_warp(Warp& w) {
  Block& b = *w.block;
  const Launch& launch = *w.worker->launch;
  const Code& code = *launch.code;
  Frame& f = w.entry_frame;
  if (f.prepared_for != &code) {
    size_frame(f, code);
    f.parent = nullptr;
    f.caller_join = nullptr;
    f.local_base = 0;
    for (const Slot& s : code.slots) fill_slot(s, w, f);
    f.prepared_for = &code;
  } else {
    for (size_t k = 0; k < code.block_slots; k++) fill_slot(code.slots[k], w, f);
  }
  std::memset(f.registers, 0, code.zeroed_bytes);
  clear_local(w, 0, code.local_bytes, ~0u);
  const uint64_t threads = b.dim.count(), first = uint64_t(w.id) * kLanes;
  w.all = w.live = threads - first >= kLanes ? ~0u : (1u << (threads - first)) - 1;
  w.sync_stamp = b.start_stamp;
  w.fence_stamp = 0;
  w.synchronises = w.changed = w.spins = false;
  w.undefined = false;
  w.stalls = 0;
  w.copies.clear();
  w.splits.clear();
  w.merged.clear();
  w.splits.push_back({code.ops.data(), w.live, 0, nullptr, &f, Split::State::runnable, 0});
}

void dead_end(Worker& worker) {
  // Nothing can run: threads wait for others that never come.
  Block& b = worker.block;
  for (auto& warp : worker.warps) {
    Warp& w = *warp;
    for (const Split& s : w.splits) {
      if (s.state != Split::State::at_barrier) continue;
      if (!b.barrier_reported && (worker.checks & kSynccheck)) {
        load_split(w, s);
        report(w, "DEADLOCK", s.op[-1].site, first_lane(s.mask),
               "The block can't go on: " + where(w, first_lane(s.mask)) +
                   " and others wait at a barrier that the remaining threads never reach");
      }
      b.error = 702;
      return;
    }
  }
  b.error = 702;
}

// The innermost join at which lanes wait for those of a split, of the kernel's own: the lanes of a function leave its frame together.
Join* waited_for_at(Join* join, Frame* frame) {
  for (Frame* f = frame; f->parent; f = f->parent) join = f->caller_join;
  while (join && !join->arrived) join = join->parent;
  return join;
}

// The lanes that wait at a join go on without the others.
void open(Warp& w, Join* join) {
  const uint32_t lanes = join->arrived;
  join->expected &= ~lanes;
  join->arrived = 0;
  join->open = true;
  w.splits.push_back({w.entry_frame.code->ops.data() + join->pc, lanes, 0, join->parent, &w.entry_frame, Split::State::runnable, 0});
}

// Lanes at a barrier of the block, while others of their warp wait for them behind the branch that the barrier stands in. Since Volta a
// barrier waits for every thread that has not exited, each on its own: the others go on, and may come to the barrier or to their end.
bool open_joins_of_barriers(Worker& worker) {
  for (auto& warp : worker.warps)
    for (const Split& s : warp->splits)
      if (s.state == Split::State::at_barrier)
        if (Join* join = waited_for_at(s.join, s.frame)) {
          open(*warp, join);
          return true;
        }
  return false;
}

// Lanes that spin on what another lane of their warp must do would wait for ever if that one stood at a join (a lock: its holder waits
// behind the loop for the others to get it too). Independent thread scheduling lets it go on, so after a while such a join opens.
void open_join(Warp& w) {
  constexpr uint32_t kPatience = 16;  // slices; those in which nothing was changed count for many
  Join* join = waited_for_at(w.join, w.frame);
  if (!join || (w.stalls += w.changed ? 1 : kPatience / 2) < kPatience) return;
  w.stalls = 0;
  open(w, join);
}

}  // namespace

const Op* enter_block(Warp& w, const Op* op) {
  if (w.join && __builtin_expect(w.join->pc == uint32_t(op->imm), 0)) {
    if (!arrive(w, op)) return nullptr;
  }
  Block& b = *w.block;
  uint64_t* count = &b.record.block_counts[2 * size_t(op->extra)];
  count[0]++;
  count[1] += uint64_t(__builtin_popcount(w.mask));
  b.instructions += op->b;
  w.slice -= op->b;
  if (__builtin_expect(w.slice < 0, 0)) {
    if (b.linear > w.worker->launch->stop_at->load(std::memory_order_relaxed))
      return fault(w, 719);  // an earlier block ended the kernel: nobody will look at this one
    if (out_of_time(w, w.mask, op[1].site)) return nullptr;
    if (w.synchronises) {
      w.spins = !w.changed;
      open_join(w);
    }
    // others' turn: splits of this warp first come, first served
    w.splits.insert(w.splits.begin(), Split{op + 1, w.mask, 0, w.join, w.frame, Split::State::runnable, 0});
    return nullptr;
  }
  return op + 1;
}

Frame* enter_frame(Warp& w, const Code* callee, const Op* op) {
  Worker& worker = *w.worker;
  unsigned depth = 0;
  for (Frame* f = w.frame; f; f = f->parent) depth++;
  const uint32_t base = (w.frame->local_base + w.frame->code->local_bytes + 15) / 16 * 16;
  if (depth >= kMaxDepth || base + callee->local_bytes > w.local.size() / kLanes) {
    report(w, "OOB_WRITE", op->site, first_lane(w.mask),
           "Stack overflow: calls nest too deeply in " + where(w, first_lane(w.mask)) + " (recursion without an end?)");
    fault(w, 719);
    return nullptr;
  }
  Frame* f;
  if (worker.free_frames.empty()) {
    f = &worker.frame_pool.emplace_back();
  } else {
    f = worker.free_frames.back();
    worker.free_frames.pop_back();
  }
  size_frame(*f, *callee);
  f->local_base = base;
  std::memset(f->registers, 0, callee->zeroed_bytes);
  clear_local(w, base, callee->local_bytes, w.mask);
  for (const Slot& s : callee->slots) fill_slot(s, w, *f);
  f->parent = w.frame;
  f->caller_join = w.join;
  f->result_offset = f->result_bytes = 0;
  w.join = nullptr;
  w.frame = f;
  w.registers = f->registers;
  return f;
}

void leave_frame(Warp& w) {
  Frame* f = w.frame;
  w.frame = f->parent;
  w.join = f->caller_join;
  w.registers = w.frame->registers;
  w.worker->free_frames.push_back(f);
}

bool others_may_come(const Warp& w) { return !w.forced && !w.splits.empty(); }

void wait_for_lanes(Warp& w, const Op* op, uint32_t lanes, uint32_t members, Split::State state) {
  w.splits.push_back({op, lanes, members, w.join, w.frame, state, 0});
  w.mask &= ~lanes;
}

const Op* resume_members(Warp& w, const Op* next_op) {
  if (w.merged.empty()) return next_op;
  for (size_t i = 1; i < w.merged.size(); i++) {
    Split s = w.merged[i];
    s.op = next_op;
    s.state = Split::State::runnable;
    w.splits.push_back(s);
  }
  w.mask = w.merged[0].mask;
  w.join = w.merged[0].join;
  w.merged.clear();
  return next_op;
}

const Op* wait_at_barrier(Warp& w, const Op* op, uint8_t id) {
  w.splits.push_back({op + 1, w.mask, 0, w.join, w.frame, Split::State::at_barrier, id});
  w.mask = 0;
  return nullptr;
}

bool complete_barriers(Worker& worker) {
  Block& b = worker.block;
  bool completed = false;
  for (uint32_t in_use = b.barriers_in_use; in_use; in_use &= in_use - 1) {
    const unsigned id = unsigned(__builtin_ctz(in_use));
    BarrierState& barrier = b.barriers[id];
    const uint32_t wanted = barrier.wanted ? barrier.wanted : b.live_threads;
    if (barrier.arrived < wanted) continue;
    for (auto& warp : worker.warps)
      for (Split& s : warp->splits) {
        if (s.state != Split::State::at_barrier || s.barrier != id) continue;
        s.state = Split::State::runnable;
        const Op& op = s.op[-1];
        if (op.flags & 4)
          for (uint32_t m = s.mask; m; m &= m - 1)
            reinterpret_cast<uint32_t*>(s.frame->registers + op.d)[first_lane(m)] = barrier.reduced_count;
        else if (op.flags & (8 | 16)) {
          auto& d = *reinterpret_cast<uint32_t*>(s.frame->registers + op.d);
          const bool yes = op.flags & 8 ? barrier.reduced_and : barrier.reduced_or;
          d = (d & ~s.mask) | (yes ? s.mask : 0);
        }
      }
    barrier = BarrierState{};
    b.barriers_in_use &= ~(1u << id);
    completed = true;
    order_all(worker);
  }
  return completed;
}

void order_all(Worker& worker) {
  if (worker.ordered_races) worker.ordered_races->barrier(worker.block);
  shadow_barrier(worker.block);
  for (auto& warp : worker.warps) warp->sync_stamp = worker.block.clock;
}

void different_barriers(Warp& w, const Op* op, uint32_t other_site) {
  const ProgramImpl& program = *w.worker->launch->program;
  const auto &mine = program.frames[program.sites[op->site].location], &theirs = program.frames[program.sites[other_site].location];
  if (mine.empty() || theirs.empty() || (mine[0].line == theirs[0].line && mine[0].file == theirs[0].file)) return;
  w.block->barrier_reported = true;
  report(w, "BARRIER_DIVERGENCE", op->site, first_lane(w.mask),
         "Threads of the block wait at different barriers: " + where(w, first_lane(w.mask)) + " came here while others wait at line " +
             std::to_string(theirs[0].line),
         other_site);
}

void prepare_worker(Worker& worker, const Launch& launch) {
  worker.launch = &launch;
  worker.checks = launch.checks;
  Block& b = worker.block;
  b.dim = launch.dim;
  b.grid = launch.grid;
  b.dynamic_shared_bytes = launch.dynamic_shared_bytes;
  b.shared_bytes = launch.info->static_shared_bytes + launch.dynamic_shared_bytes;
  b.shared.assign(b.shared_bytes + 16, 0);
  worker.granule_shift = unsigned(__builtin_ctz(launch.program->shared_granularity));
  const size_t granules = (b.shared_bytes >> worker.granule_shift) + 16;
  worker.write_tags.assign(granules, 0);
  worker.read_tags.assign(granules, 0);
  worker.rows.assign((granules >> kRowShift) + 1, GranuleRow{});
  worker.shared_sites.resize(launch.program->memory_sites);
  worker.global_sites.resize(launch.program->memory_sites);
  const size_t warps = (launch.dim.count() + kLanes - 1) / kLanes;
  for (size_t i = 0; i < warps; i++) {
    auto w = std::make_unique<Warp>();
    w->id = uint32_t(i);
    w->block = &b;
    w->worker = &worker;
    if (launch.local_bytes) w->local.resize(size_t(launch.local_bytes) * kLanes);
    worker.warps.push_back(std::move(w));
  }
}

void begin_record(Worker& worker, uint64_t first_block) {
  const ProgramImpl& program = *worker.launch->program;
  BlockRecord& record = worker.block.record;  // what the last one has allocated serves again
  record.index = first_block;
  record.blocks = 0;
  record.instructions = record.longest = 0;
  record.findings.clear();
  record.pictures.clear();
  record.text.clear();
  record.error = 0;
  record.block_counts.assign(2 * size_t(program.block_counters), 0);
  record.accesses.assign(program.memory_sites, AccessCount{});
  record.divergent.assign(program.branch_sites, 0);
  record.guarded.assign(program.guarded_sites, 0);
}

void start_block(Worker& worker, uint64_t linear) {
  Block& b = worker.block;
  const Launch& launch = *worker.launch;
  b.linear = linear;
  b.index = {uint32_t(linear % launch.grid.x), uint32_t(linear / launch.grid.x % launch.grid.y),
             uint32_t(linear / launch.grid.x / launch.grid.y)};
  b.record.blocks++;
  if (b.clock > 0xf0000000u) {  // stamps are about to wrap: forget them all
    std::fill(worker.write_tags.begin(), worker.write_tags.end(), 0);
    std::fill(worker.read_tags.begin(), worker.read_tags.end(), 0);
    std::fill(worker.rows.begin(), worker.rows.end(), GranuleRow{});
    b.clock = 0;
    for (auto& w : worker.warps) w->lane_order.reset();
  }
  b.start_stamp = b.barrier_stamp = ++b.clock;
  b.barriers.fill(BarrierState{});
  b.barriers_in_use = 0;
  b.instructions = 0;
  b.error = 0;
  b.barrier_reported = false;
  b.released.clear();
  forget_copies(b);
  b.live_threads = uint32_t(b.dim.count());
  // What a block finds in shared memory is what another left there: fixed garbage, so that results don't depend on which worker ran what.
  std::memset(b.shared.data(), 0xcd, b.shared.size());
  for (auto& w : worker.warps) start_warp(*w);
}

Turn run_turn(Worker& worker, uint64_t quantum) {
  Block& b = worker.block;
  const uint64_t until = b.instructions + quantum < quantum ? ~0ull : b.instructions + quantum;
  b.changed = false;
  while (!b.error && b.live_threads) {
    bool progress = false, only_looked = true, changed = false;
    const size_t warps = worker.warps.size();
    if (worker.random) worker.random->shuffle(worker.warps);
    for (size_t i = 0; i < warps; i++) {
      Warp& w = *worker.warps[i];
      if (i + 1 < warps) {  // the next one's state is far: many warps' registers lie between its last turn and this one
        const Warp& following = *worker.warps[i + 1];
        __builtin_prefetch(following.splits.data());
        __builtin_prefetch(following.entry_frame.registers);
      }
      if (w.splits.empty()) continue;
      const uint32_t live = w.live;
      if (run_warp(w, false)) {
        progress = true;
        only_looked &= w.spins;
        changed |= w.changed || w.live != live;
      }
      if (b.error) break;
      changed |= complete_barriers(worker);
    }
    if (!progress && !b.error) {
      // A collective whose other lanes can't come is executed by those that came (gather_members reports it).
      for (auto& w : worker.warps)
        if (!progress && run_warp(*w, true)) progress = true;
      if (!progress && !b.error && !open_joins_of_barriers(worker)) dead_end(worker);
      changed = true;
    }
    b.changed |= changed;
    if (only_looked && !changed) return b.error || !b.live_threads ? Turn::ended : Turn::spins;
    if (b.instructions >= until || (worker.random && worker.random->below(2))) break;
  }
  return b.error || !b.live_threads ? Turn::ended : Turn::over;
}

void report_waiting(Worker& worker, const std::string& before, const std::string& behind) {
  worker.block.error = 702;
  for (auto& warp : worker.warps) {
    if (!warp->spins || warp->splits.empty()) continue;
    const Split s = warp->splits.front();  // went to the back of the queue when its slice ended
    load_split(*warp, s);
    const unsigned lane = first_lane(s.mask);
    report(*warp, "DEADLOCK", s.op->site, lane, before + where(*warp, lane) + " waits here" + behind);
    return;
  }
}

void finish_block(Worker& worker) {
  Block& b = worker.block;
  b.record.error = b.error;
  b.record.instructions += b.instructions;
  b.record.longest = std::max(b.record.longest, b.instructions);
  // frames and joins of threads that were stopped
  worker.free_frames.clear();
  for (Frame& f : worker.frame_pool) worker.free_frames.push_back(&f);
  worker.free_joins.clear();
  for (Join& j : worker.join_pool) worker.free_joins.push_back(&j);
}

}  // namespace wg
