#include "scheduler.h"

#include <algorithm>

#include "ordered_races.h"
#include "shadow.h"
#include "text.h"

namespace wg {
namespace {

constexpr int64_t kSlice = 2000;    // warp-instructions a warp runs before others get a turn
constexpr int64_t kSpinSlice = 64;  // of one that spun all through its last slice

void load_split(Warp& w, const Split& s) {
  w.mask = s.mask;
  w.join = s.join;
  w.frame = s.frame;
  w.registers = s.frame->registers;
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

Turn run_turn(Worker& worker, uint64_t quantum) {
  constexpr uint64_t kMostLooks = 64;  // rounds of warps that only look, until the starved one comes
  Block& b = worker.block;
  const uint64_t until = b.instructions + quantum < quantum ? ~0ull : b.instructions + quantum;
  b.changed = false;
  bool progress = false, only_looked = true, changed = false;
  const auto give_turn = [&](Warp& w) {
    const uint32_t live = w.live;
    if (run_warp(w, false)) {
      progress = true;
      only_looked &= w.spins;
      changed |= w.changed || w.live != live;
    }
    if (!b.error) changed |= complete_barriers(worker);
  };
  while (!b.error && b.live_threads) {
    progress = changed = false;
    only_looked = true;
    const size_t warps = worker.warps.size();
    if (worker.random) worker.random->shuffle(worker.warps);
    Warp* starved = nullptr;
    for (size_t i = 0; i < warps && !b.error; i++) {
      Warp& w = *worker.warps[i];
      if (i + 1 < warps) {  // the next one's state is far: many warps' registers lie between its last turn and this one
        const Warp& following = *worker.warps[i + 1];
        __builtin_prefetch(following.splits.data());
        __builtin_prefetch(following.entry_frame.registers);
      }
      if (w.splits.empty()) continue;
      if (__builtin_expect(w.id == worker.starved, 0)) starved = &w;
      else give_turn(w);
    }
    // Who let time pass in place of a barrier finds that one warp hasn't done its part. It comes when the others can do nothing without it:
    // they have ended, stand at a barrier or only look at what doesn't change.
    if (starved && !b.error) {
      const bool looked = progress && only_looked && !changed;
      worker.looks += looked;
      if (!progress || (looked && worker.random->below(kMostLooks) < worker.looks)) {
        worker.looks = 0;
        give_turn(*starved);
      } else {
        only_looked = false;
      }
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

}  // namespace wg
