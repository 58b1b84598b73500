// Where lanes wait for each other: collectives and __syncwarp inside a warp, barriers of the block.
#include <algorithm>

#include "cfg.h"
#include "ordered_races.h"
#include "scheduler.h"
#include "shadow.h"

namespace wg {
namespace {

// Whether the barrier at site `other` is the one that not all threads come to: whoever leaves it comes to the one at `site`, but not the
// other way round.
bool is_conditional(const ProgramImpl& program, uint32_t other, uint32_t site) {
  const Code* code = program.sites[site].code;
  if (!code || !code->function || program.sites[other].code != code) return false;
  const auto& body = code->function->body;
  const auto index = [&](uint32_t s) {
    const uint32_t line = program.sites[s].ptx_line;
    return uint32_t(std::find_if(body.begin(), body.end(), [&](const auto& i) { return i.ptx_line == line; }) - body.begin());
  };
  const uint32_t here = index(site), there = index(other);
  if (here >= body.size() || there >= body.size() || here == there) return false;
  const Cfg cfg = build_cfg(*code->function);
  return always_passes(*code->function, cfg, there, here) && !always_passes(*code->function, cfg, here, there);
}

bool waits_for_lanes(const Split& s) { return s.state == Split::State::at_warp_sync || s.state == Split::State::at_warp_barrier; }

}  // namespace

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
bool merge_waiting(Warp& w, bool force, const Op** op) {
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
  // The same again, in each turn of a loop: sentences are for the first time.
  if (counted(w, "BARRIER_DIVERGENCE", other_site, op->site) || counted(w, "BARRIER_DIVERGENCE", op->site, other_site)) {
    w.block->barrier_reported = true;
    return;
  }
  const ProgramImpl& program = *w.worker->launch->program;
  const auto &mine = program.frames[program.sites[op->site].location], &theirs = program.frames[program.sites[other_site].location];
  if (mine.empty() || theirs.empty() || (mine[0].line == theirs[0].line && mine[0].file == theirs[0].file)) return;
  w.block->barrier_reported = true;
  if (is_conditional(program, other_site, op->site)) {  // the one to look at is where the others wait
    for (auto& other : w.worker->warps)
      for (const Split& s : other->splits) {
        if (s.state != Split::State::at_barrier || s.op[-1].site != other_site) continue;
        const unsigned lane = first_lane(s.mask);
        report(*other, "BARRIER_DIVERGENCE", other_site, lane,
               "Threads of the block wait at different barriers: " + where(*other, lane) + " waits here while others came to line " +
                   std::to_string(mine[0].line),
               op->site);
        return;
      }
  }
  report(w, "BARRIER_DIVERGENCE", op->site, first_lane(w.mask),
         "Threads of the block wait at different barriers: " + where(w, first_lane(w.mask)) + " came here while others wait at line " +
             std::to_string(theirs[0].line),
         other_site);
}

}  // namespace wg
