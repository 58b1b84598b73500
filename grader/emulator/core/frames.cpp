// Registers and locals of functions: how a warp gets them when its block starts, and at calls. And what a block needs before its first
// turn.
#include <algorithm>

#include "scheduler.h"
#include "shadow.h"

namespace wg {
namespace {

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

}  // namespace

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
