// Instructions of a whole warp or block: barriers, shuffles, votes, match, redux. PTX ISA 9.0, sections 9.7.9.6, 9.7.13.
#include <algorithm>

#include "../scheduler.h"
#include "../shadow.h"
#include "../undefined.h"
#include "table.h"

namespace wg {
namespace {

constexpr const char* kSyncwarp = "__syncwarp";

// The lanes' member masks of a .sync instruction. Most often all name the same lanes; parts of a warp (tiles of a cooperative group) may
// execute it together, each with a mask of its own.
const uint32_t* members_at(const Warp& w, uint32_t offset) { return w.lanes<uint32_t>(offset); }

bool all_name_the_same(const Warp& w, const uint32_t* members) {
  const uint32_t first = members[first_lane(w.mask)];
  uint32_t different = 0;
  for (unsigned i = 0; i < kLanes; i++) different |= (members[i] ^ first) & (0u - (w.mask >> i & 1));
  return different == 0;
}

// f(lanes that named the same mask, that mask) for each such group. f may overwrite the masks' register.
template <class F>
void each_group(const Warp& w, const uint32_t* members, F f) {
  if (all_name_the_same(w, members)) return f(w.mask, members[first_lane(w.mask)]);
  uint32_t named[kLanes];
  std::copy(members, members + kLanes, named);
  for (uint32_t left = w.mask; left;) {
    const uint32_t mask = named[first_lane(left)];
    uint32_t group = 0;
    for (uint32_t m = left; m; m &= m - 1) group |= uint32_t(named[first_lane(m)] == mask) << first_lane(m);
    f(group, mask);
    left &= ~group;
  }
}

// A member mask must name every lane that executes with it, and the named lanes must all come and name the same. Waits for lanes that took
// another path. Returns false if all lanes of the split now wait.
bool gather_members(Warp& w, const Op* op, const uint32_t* members, const char* what) {
  const bool check = w.worker->checks & kSynccheck;
  const bool barrier = std::string_view(what) == kSyncwarp;
  const char* verdict = barrier ? "BARRIER_DIVERGENCE" : "UNDEFINED_SHFL";
  const bool together = all_name_the_same(w, members);
  uint32_t outside = 0, incomplete = 0;  // incomplete: lanes whose mask names one that isn't here with it
  each_group(w, members, [&](uint32_t group, uint32_t mask) {
    outside |= group & ~mask;
    if (mask & w.live & ~group) incomplete |= group;
  });
  // Parts with a mask of their own wait each for itself: one may be complete, and lanes of it come here again with the other mask.
  if (incomplete && !w.forced && (!together || others_may_come(w))) {
    const auto state = barrier ? Split::State::at_warp_barrier : Split::State::at_warp_sync;
    each_group(w, members, [&](uint32_t group, uint32_t mask) { wait_for_lanes(w, op, group, mask, state); });
    return false;
  }
  if (!check) return true;
  char text[200];
  if (outside) {
    std::snprintf(text, sizeof text, "%s executed by %s, but its lane is not in the mask 0x%08x", what,
                  where(w, first_lane(outside)).c_str(), members[first_lane(outside)]);
    report(w, verdict, op->site, first_lane(outside), text, kNoSite, -1, -1, false, unsigned(__builtin_popcount(outside)));
  }
  if (!incomplete || counted(w, verdict, op->site)) return true;
  const unsigned waits = first_lane(incomplete);
  const uint32_t mask = members[waits];
  uint32_t group = 0;
  for (uint32_t m = w.mask; m; m &= m - 1) group |= uint32_t(members[first_lane(m)] == mask) << first_lane(m);
  const uint32_t missing = mask & w.live & ~group, gone = missing & ~w.mask;
  std::snprintf(text, sizeof text, "%s waits for lanes 0x%08x of its mask 0x%08x that %s; first waiting: %s", what, gone ? gone : missing,
                mask, gone ? "never come: they took another branch" : "came with another mask: all must name the same lanes",
                where(w, waits).c_str());
  report(w, verdict, op->site, waits, text);
  return true;
}

// shfl.sync: flags 0 up, 1 down, 2 bfly, 3 idx. extra: registers = member mask, predicate p (if widths[1] != 0), undefined slots of value
// and destination.
const Op* shuffle(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const uint32_t* members = members_at(w, e.registers[0]);
  if (!gather_members(w, op, members, "shfl.sync")) return nullptr;
  const uint32_t *a = w.lanes<uint32_t>(op->a), *b = w.lanes<uint32_t>(op->b), *c = w.lanes<uint32_t>(op->c);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  uint32_t r[kLanes], p = 0, undefined = 0;
  uint8_t source[kLanes];
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const int lane = int(first_lane(m));
    const int clamp = int(c[lane] & 31), segment = int(c[lane] >> 8 & 31), by = int(b[lane] & 31);
    const int high = (lane & segment) | (clamp & ~segment), low = lane & segment;
    int from;
    bool in;
    switch (op->flags) {
      case 0:
        from = lane - by;
        in = from >= high;
        break;
      case 1:
        from = lane + by;
        in = from <= high;
        break;
      case 2:
        from = lane ^ by;
        in = from <= high;
        break;
      default:
        from = low | (by & ~segment);
        in = from <= high;
        break;
    }
    if (!in) from = lane;
    p |= uint32_t(in) << lane;
    r[lane] = a[from];
    source[lane] = uint8_t(from);
    if (!(w.mask & members[lane] & lane_bit(unsigned(from)))) {
      undefined |= lane_bit(unsigned(lane));
      r[lane] = 0;  // undefined on hardware; fixed here
    }
  }
  shuffled(w, op, e.registers[2], e.registers[3], undefined, source);
  for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = r[first_lane(m)];
  if (e.widths[1]) {
    uint32_t& q = w.predicate(e.registers[1]);
    q = (q & ~w.mask) | (p & w.mask);
  }
  return resume_members(w, next(op));
}

// vote.sync: flags 0 all, 1 any, 2 uni, 3 ballot.
const Op* vote(Warp& w, const Op* op) {
  const uint32_t* members = members_at(w, op->b);
  if (!gather_members(w, op, members, "vote.sync")) return nullptr;
  const uint32_t source = w.predicate(op->a);
  each_group(w, members, [&](uint32_t group, uint32_t mask) {
    const uint32_t lanes = group & mask ? group & mask : group, p = source & lanes;
    if (op->flags == 3) {
      uint32_t* d = w.lanes<uint32_t>(op->d);
      for (uint32_t m = group; m; m &= m - 1) d[first_lane(m)] = p;
    } else {
      const bool yes = op->flags == 0 ? p == lanes : op->flags == 1 ? p != 0 : p == 0 || p == lanes;
      uint32_t& d = w.predicate(op->d);
      d = (d & ~group) | (yes ? group : 0);
    }
  });
  return resume_members(w, next(op));
}

// match.any / match.all
template <class T>
const Op* match(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const uint32_t* members = members_at(w, e.registers[0]);
  if (!gather_members(w, op, members, "match.sync")) return nullptr;
  const T* a = w.lanes<T>(op->a);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  uint32_t r[kLanes], agreed = 0;  // agreed: lanes of groups that hold one value
  each_group(w, members, [&](uint32_t group, uint32_t) {
    bool all = true;
    for (uint32_t m = group; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      uint32_t same = 0;
      for (uint32_t n = group; n; n &= n - 1) same |= uint32_t(a[first_lane(n)] == a[i]) << first_lane(n);
      r[i] = same;
      all &= same == group;
    }
    agreed |= all ? group : 0;
    if (op->flags)
      for (uint32_t m = group; m; m &= m - 1) r[first_lane(m)] = all ? group : 0;
  });
  for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = r[first_lane(m)];
  if (op->flags && e.widths[1]) {
    uint32_t& q = w.predicate(e.registers[1]);
    q = (q & ~w.mask) | agreed;
  }
  return resume_members(w, next(op));
}

// redux.sync: flags 0 add, 1 min, 2 max, 3 and, 4 or, 5 xor; imm 1: signed.
const Op* redux(Warp& w, const Op* op) {
  const uint32_t* members = members_at(w, op->b);
  if (!gather_members(w, op, members, "redux.sync")) return nullptr;
  const uint32_t* a = w.lanes<uint32_t>(op->a);
  uint32_t result[kLanes];
  each_group(w, members, [&](uint32_t group, uint32_t) {
    uint32_t r = a[first_lane(group)];
    for (uint32_t m = group & (group - 1); m; m &= m - 1) {
      const uint32_t x = a[first_lane(m)];
      const bool less = op->imm ? int32_t(x) < int32_t(r) : x < r;
      switch (op->flags) {
        case 0: r += x; break;
        case 1: r = less ? x : r; break;
        case 2: r = less ? r : x; break;
        case 3: r &= x; break;
        case 4: r |= x; break;
        default: r ^= x;
      }
    }
    for (uint32_t m = group; m; m &= m - 1) result[first_lane(m)] = r;
  });
  uint32_t* d = w.lanes<uint32_t>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = result[first_lane(m)];
  return resume_members(w, next(op));
}

// vote of before sm_70: among the lanes that execute it together.
const Op* vote_active(Warp& w, const Op* op) {
  const uint32_t p = w.predicate(op->a) & w.mask;
  if (op->flags == 3) {
    uint32_t* d = w.lanes<uint32_t>(op->d);
    for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = p;
    return next(op);
  }
  const bool yes = op->flags == 0 ? p == w.mask : op->flags == 1 ? p != 0 : p == 0 || p == w.mask;
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (yes ? w.mask : 0);
  return next(op);
}

// elect.sync d|p, members: one of the members is the leader.
const Op* elect(Warp& w, const Op* op) {
  const uint32_t* members = members_at(w, op->a);
  if (!gather_members(w, op, members, "elect.sync")) return nullptr;
  uint32_t leaders = 0;
  uint32_t* d = op->d ? w.lanes<uint32_t>(op->d) : nullptr;
  each_group(w, members, [&](uint32_t group, uint32_t) {
    leaders |= group & (0u - group);
    if (d)
      for (uint32_t m = group; m; m &= m - 1) d[first_lane(m)] = first_lane(group);
  });
  uint32_t& p = w.predicate(op->b);
  p = (p & ~w.mask) | (leaders & w.mask);
  return resume_members(w, next(op));
}

const Op* warp_barrier(Warp& w, const Op* op) {
  const uint32_t* members = members_at(w, op->a);
  if (!gather_members(w, op, members, kSyncwarp)) return nullptr;
  each_group(w, members, [&](uint32_t group, uint32_t mask) { shadow_warp_sync(w, group | (mask & w.all)); });
  return resume_members(w, next(op));
}

// Other lanes of the warp stand at another barrier: that they left this one, or came to it alone, has been told there.
bool stand_elsewhere(const Warp& w, const Op* op) {
  return std::any_of(w.splits.begin(), w.splits.end(),
                     [&](const Split& s) { return s.state == Split::State::at_barrier && s.op[-1].site != op->site; });
}

// bar.sync id {, threads}; bar.arrive; bar.red.{popc,and,or}. Its number is in a register or (a = 0) imm. flags: 1 arrive only, 2 aligned,
// 4 popc, 8 and, 16 or.
const Op* block_barrier(Warp& w, const Op* op) {
  const unsigned lane = first_lane(w.mask);
  const uint32_t id = op->a ? w.lanes<uint32_t>(op->a)[lane] : uint32_t(op->imm);
  if (id > 15) {
    report(w, "BARRIER_DIVERGENCE", op->site, lane, "barrier number " + std::to_string(id) + " does not exist: there are 16");
    return fault(w, 719);
  }
  const uint32_t wanted = op->b ? w.lanes<uint32_t>(op->b)[lane] : 0;
  if ((op->flags & 2) && (w.live & ~w.mask)) {
    if (others_may_come(w)) {  // the warp's other lanes may be on their way here, or to their end
      wait_for_lanes(w, op, w.mask, ~0u, Split::State::at_warp_sync);
      return nullptr;
    }
    w.block->barrier_reported = true;
    if ((w.worker->checks & kSynccheck) && !stand_elsewhere(w, op) && !counted(w, "BARRIER_DIVERGENCE", op->site))
      report(w, "BARRIER_DIVERGENCE", op->site, lane,
             "Divergent thread(s) in warp: the barrier is executed by some lanes of a warp only, first by " + where(w, lane) +
                 "; all threads of the block must reach the same barrier");
  }
  BarrierState& barrier = w.block->barriers[id];
  const uint32_t arrived =
      wanted && w.mask == w.live ? kLanes : uint32_t(__builtin_popcount(w.mask));  // counted barriers count whole warps
  if (barrier.arrived == 0) {
    barrier.wanted = wanted;
    barrier.first_site = op->site;
    barrier.reduced_count = 0;
    barrier.reduced_and = true;
    barrier.reduced_or = false;
  } else if (!wanted && barrier.first_site != op->site && (w.worker->checks & kSynccheck)) {
    different_barriers(w, op, barrier.first_site);
  }
  if (op->flags & (4 | 8 | 16)) {
    const uint32_t p = w.predicate(op->c) & w.mask;
    barrier.reduced_count += uint32_t(__builtin_popcount(p));
    barrier.reduced_and &= p == w.mask;
    barrier.reduced_or |= p != 0;
  }
  barrier.arrived += arrived;
  w.block->barriers_in_use |= 1u << id;
  if (op->flags & 1) {
    complete_barriers(*w.worker);
    return resume_members(w, next(op));
  }
  // splits that came one by one go on one by one
  for (size_t i = 1; i < w.merged.size(); i++) {
    const Split& s = w.merged[i];
    w.splits.push_back({next(op), s.mask, 0, s.join, s.frame, Split::State::at_barrier, uint8_t(id)});
  }
  if (!w.merged.empty()) w.mask = w.merged[0].mask;
  w.merged.clear();
  return wait_at_barrier(w, op, uint8_t(id));
}

void build_bar(Builder& b, Op& op) {
  if (b.take("warp")) {
    b.take("sync");
    b.done();
    op.run = warp_barrier;
    op.a = b.source(b.operand(0), 4);
    return;
  }
  const bool old_name = b.in->opcode == "bar";
  const bool aligned = b.take("aligned") || old_name;
  b.ignore({"cta"});
  const int kind = b.take_one({"sync", "arrive", "red"});
  if (kind < 0) b.refuse("this barrier is not emulated");
  op.flags = aligned ? 2 : 0;
  if (kind == 1) op.flags |= 1;
  unsigned first = 0;
  if (kind == 2) {
    const int how = b.take_one({"popc", "and", "or"});
    op.flags |= how == 0 ? 4 : how == 1 ? 8 : 16;
    op.d = how == 0 ? b.target(b.operand(0), 4) : b.predicate(b.operand(0));
    first = 1;
  }
  b.done();
  op.run = block_barrier;
  if (const auto& id = b.operand(first); id.kind == ptx::Operand::Kind::immediate) op.imm = int64_t(id.bits & ~0u);
  else op.a = b.source(id, 4);
  const unsigned left = unsigned(b.in->operands.size()) - first - (kind == 2 ? 1 : 0);
  if (left > 1) op.b = b.source(b.operand(first + 1), 4);
  if (kind == 2) op.c = b.source(b.operand(first + left), 1);
}

void build_shfl(Builder& b, Op& op) {
  if (!b.take("sync")) b.refuse("shfl without .sync does not exist since sm_70");
  const int mode = b.take_one({"up", "down", "bfly", "idx"});
  b.done();
  if (mode < 0) b.refuse("unknown shuffle");
  op.flags = uint16_t(mode);
  const auto& to = b.operand(0);
  const bool pair = to.kind == ptx::Operand::Kind::pair;
  op.d = b.target(pair ? to.operands[0] : to, 4);
  op.a = b.source(b.operand(1), 4);
  op.b = b.source(b.operand(2), 4);
  op.c = b.source(b.operand(3), 4);
  const uint32_t members = b.source(b.operand(4), 4), p = pair ? b.predicate(to.operands[1]) : 0;
  Extra& e = b.extra(op);
  e.registers = {members, p, b.undefined_slot(b.operand(1)), b.undefined_slot(pair ? to.operands[0] : to)};
  e.widths = {4, uint8_t(pair)};
  op.run = shuffle;
}

}  // namespace

std::vector<Row> collective_rows() {
  return {
      custom("bar", {Type::pred, Type::u32}, build_bar, kPipeControl),
      custom("barrier", {Type::pred, Type::u32}, build_bar, kPipeControl),
      custom("shfl", {Type::b32}, build_shfl),
      custom("vote", {Type::pred, Type::b32},
             [](Builder& b, Op& op) {
               const bool sync = b.take("sync");
               if (!sync && b.target_sm() >= 70) b.refuse("vote without .sync does not exist since sm_70");
               const int mode = b.take_one({"all", "any", "uni", "ballot"});
               b.done();
               if (mode < 0) b.refuse("unknown vote");
               op.flags = uint16_t(mode);
               op.d = mode == 3 ? b.target(b.operand(0), 4) : b.predicate(b.operand(0));
               op.a = b.source(b.operand(1), 1);
               if (sync) op.b = b.source(b.operand(2), 4);
               op.run = sync ? vote : vote_active;
             }),
      custom("elect", {},
             [](Builder& b, Op& op) {
               b.take("sync");
               b.done();
               const auto& to = b.operand(0);
               if (to.kind != ptx::Operand::Kind::pair) b.refuse("its result is of the form d|p");
               op.d = b.target(to.operands[0], 4);
               op.b = b.predicate(to.operands[1]);
               op.a = b.source(b.operand(1), 4);
               op.run = elect;
             }),
      custom("match", {Type::b32, Type::b64},
             [](Builder& b, Op& op) {
               const int mode = b.take_one({"any", "all"});
               b.take("sync");
               b.done();
               op.flags = uint16_t(mode == 1);
               const auto& to = b.operand(0);
               const bool pair = to.kind == ptx::Operand::Kind::pair;
               op.d = b.target(pair ? to.operands[0] : to, 4);
               const unsigned size = ptx::size_bytes(b.type());
               op.a = b.source(b.operand(1), size);
               const uint32_t members = b.source(b.operand(2), 4), p = pair ? b.predicate(to.operands[1]) : 0;
               Extra& e = b.extra(op);
               e.registers = {members, p};
               e.widths = {4, uint8_t(pair)};
               op.run = size == 4 ? match<uint32_t> : match<uint64_t>;
             }),
      custom("redux", {Type::u32, Type::s32, Type::b32},
             [](Builder& b, Op& op) {
               b.take("sync");
               const int mode = b.take_one({"add", "min", "max", "and", "or", "xor"});
               b.done();
               if (mode < 0) b.refuse("unknown reduction");
               op.flags = uint16_t(mode);
               op.imm = b.type() == Type::s32;
               op.d = b.target(b.operand(0), 4);
               op.a = b.source(b.operand(1), 4);
               op.b = b.source(b.operand(2), 4);
               op.run = redux;
             }),
  };
}

}  // namespace wg
