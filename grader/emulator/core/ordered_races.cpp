#include "ordered_races.h"

#include <algorithm>

#include "access_ops.h"
#include "global_races.h"

namespace wg {
namespace {

constexpr uint64_t kFollowed = 16384;       // blocks whose releases are told apart; learning from others makes everything ordered
constexpr size_t kWords = 1u << 20;         // addresses through which blocks talk
constexpr size_t kHeardWords = 1u << 16;    // … of which we know who wrote without a fence
constexpr uint64_t kReleases = 1ull << 18;  // that differ

const char* const kFenceMissing =
    ": a __threadfence() is missing between the first access and the flag, lock or counter that told the second block of it";

}  // namespace

// Who accesses, once for a warp-wide access.
struct OrderedRaces::Me {
  uint64_t block, access;  // of lane 0
  uint32_t now;
  unsigned warp;
  BlockTime* time;
  Deed deed;
  bool strong;
  uint64_t at(unsigned lane) const { return access | lane; }
};

void OrderedRaces::begin(const Launch& launch, unsigned granule_shift) {
  end();
  launch_ = &launch;
  chunks_.begin(granule_shift);
}

void OrderedRaces::end() {
  launch_ = nullptr;
  lenient_ = deaf_ = false;
  releases_ = 0;
  times_.clear();
  others_.clear();
  words_.clear();
  hazards_ = {};
}

bool OrderedRaces::followed(uint64_t block) const { return block < kFollowed; }

OrderedRaces::BlockTime& OrderedRaces::time_of(uint64_t block) {
  if (followed(block) && block >= times_.size()) times_.resize(block + 1);
  auto& time = followed(block) ? times_[block] : others_[block];
  if (!time) {
    time = std::make_unique<BlockTime>();
    time->published.warp.resize((launch_->dim.count() + kLanes - 1) / kLanes);
  }
  return *time;
}

void OrderedRaces::publish(BlockTime& time, unsigned warp) {
  time.published.warp[warp] = time.now;
  time.published.all = std::max(time.published.all, time.barrier);
  time.fenced = time.news = true;
  time.now++;
}

void OrderedRaces::fence(const Warp& w) { publish(time_of(w.block->linear), w.id); }

void OrderedRaces::barrier(const Block& b) {
  BlockTime& time = time_of(b.linear);
  time.barrier = time.now++;
  time.published.reads = time.barrier;  // a read has happened once its thread has come to the barrier
  time.news = true;
}

void OrderedRaces::finished(const Block& b) {
  if (!followed(b.linear)) {
    others_.erase(b.linear);
    return;
  }
  BlockTime& time = time_of(b.linear);  // its releases stay
  time.learned.clear();
  time.heard.clear();
}

bool OrderedRaces::ordered(uint64_t who, uint32_t when, bool read, const Me& me) const {
  const uint64_t block = Agent::block(who);
  if (block == me.block || lenient_ || me.time->knows_all) return true;
  if (!followed(block)) return false;
  const uint32_t n = me.time->learned.get(block);
  if (!n) return false;
  const Published& p = times_[block]->releases[n - 1];
  const uint32_t until = std::max(p.all, p.warp[Agent::thread(who) / kLanes]);
  return when <= (read ? std::max(until, p.reads) : until);
}

// What an atomic, volatile or relaxed read tells.
void OrderedRaces::learn(Me& me, uint64_t word) {
  const auto found = words_.find(word);
  if (found == words_.end()) return;
  auto& looked = me.time->looked[word & 15];
  if (looked.word == word && looked.version == found->second.version) return;
  looked.word = word;
  looked.version = found->second.version;
  me.time->learned.join(found->second.learned);
  me.time->heard.join(found->second.heard);
  me.time->knows_all |= found->second.knows_all;
}

// What an atomic, volatile or relaxed write leaves for others.
void OrderedRaces::tell_others(Me& me, uint64_t word) {
  BlockTime& time = *me.time;
  auto found = words_.find(word);
  if (found == words_.end()) {
    if (words_.size() >= (time.fenced ? kWords : kHeardWords)) {
      lenient_ |= time.fenced;
      deaf_ = true;
      return;
    }
    found = words_.try_emplace(word).first;
  }
  Word& w = found->second;
  w.version++;
  if (followed(me.block)) w.heard.raise(me.block, me.now);
  if (!time.fenced) return;
  w.knows_all |= time.knows_all;
  w.learned.join(time.learned);
  if (!followed(me.block)) {
    w.knows_all = true;
    return;
  }
  if (time.news) {
    time.news = false;
    if (++releases_ > kReleases) {
      lenient_ = true;
      return;
    }
    time.releases.push_back(time.published);
  }
  w.learned.raise(me.block, uint32_t(time.releases.size()));
}

void OrderedRaces::put(Plane& plane, unsigned at, uint64_t who, uint32_t when) {
  if (!plane.who) {
    plane.who.reset(new uint64_t[kChunkGranules]);
    plane.when.reset(new uint32_t[kChunkGranules]);
    chunks_.took(12 * kChunkGranules);
  }
  plane.who[at] = who;
  plane.when[at] = when;
  plane.touched.set(at, 1);
}

// Accesses that aren't ordered among each other: two are kept, an older one that is ordered before the new one gives way.
void OrderedRaces::put_concurrent(Chunk& chunk, Kind first, Kind second, unsigned at, const Me& me, bool read) {
  for (Kind kind : {first, second}) {
    Plane& plane = chunk.of[kind];
    if (plane.touched.test(at) && !ordered(plane.who[at], plane.when[at], read, me)) continue;
    put(plane, at, me.access, me.now);
    return;
  }
}

void OrderedRaces::against(const Chunk& chunk, Kind kind, unsigned at, uint64_t address, const Me& me, bool same_value) {
  const Plane& plane = chunk.of[kind];
  if (!plane.touched.test(at)) return;
  const bool read = kind == kRead || kind == kOtherRead || kind == kStrongRead;
  const uint64_t who = plane.who[at];
  if (ordered(who, plane.when[at], read, me)) return;
  const bool strong = kind == kStrongWrite || kind == kOtherStrongWrite || kind == kStrongRead;
  // Who has seen an atomic's effect comes behind it, fence or not: the last block may set the counter of tickets back by a plain store.
  if (strong && !read && (deaf_ || !followed(Agent::block(who)) || plane.when[at] <= me.time->heard.get(Agent::block(who)))) return;
  const Deed deed = read ? Deed::read : strong ? Deed::strong : Deed::write;
  const bool heard = plane.when[at] <= me.time->heard.get(Agent::block(who));
  hazards_.add(address, {me.access, me.deed, me.strong}, {who, deed, strong}, same_value, heard && !strong ? kFenceMissing : "");
}

bool OrderedRaces::nobody_else(const Chunk& chunk, Kind kind, unsigned at, uint64_t bits, uint64_t block) const {
  const Plane& plane = chunk.of[kind];
  const uint64_t touched = plane.touched.window(at) & bits;
  if (!touched) return true;
  uint64_t different = 0;
  if (touched == 0xffffffffu) {
    for (unsigned k = 0; k < 32; k++) different |= (plane.who[at + k] >> 32) ^ block;
  } else {
    for (uint64_t m = touched; m; m &= m - 1) different |= (plane.who[at + unsigned(__builtin_ctzll(m))] >> 32) ^ block;
  }
  return !different;
}

void OrderedRaces::put_run(Plane& plane, unsigned at, unsigned span, unsigned each_shift, const Me& me) {
  put(plane, at, me.access, me.now);
  for (unsigned k = 0; k < span; k++) {
    plane.who[at + k] = me.access | k >> each_shift;
    plane.when[at + k] = me.now;
  }
  for (unsigned k = 0; k < span; k += 64) plane.touched.set(at + k, span - k >= 64 ? ~0ull : (1ull << (span - k)) - 1);
}

// A full warp's plain access to a run of granules that no other block has anything to do with.
bool OrderedRaces::quick(Chunk& chunk, unsigned at, unsigned span, unsigned each_shift, const Me& me) {
  for (unsigned k = 0; k < span; k += 64) {
    const uint64_t bits = span - k >= 64 ? ~0ull : (1ull << (span - k)) - 1;
    for (unsigned kind = 0; kind < kKinds; kind++) {
      if (me.deed == Deed::read && (kind == kOtherRead || kind == kStrongRead)) continue;
      if (!nobody_else(chunk, Kind(kind), at + k, bits, me.block)) return false;
    }
  }
  if (me.deed == Deed::write)
    for (unsigned k = 0; k < span; k += 64) {
      const uint64_t bits = span - k >= 64 ? ~0ull : (1ull << (span - k)) - 1;
      for (unsigned kind = kRead; kind < kKinds; kind++) chunk.of[kind].touched.reset(at + k, bits);
    }
  put_run(chunk.of[me.deed == Deed::read ? kRead : kWrite], at, span, each_shift, me);
  return true;
}

void OrderedRaces::access(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, bool run, Direction direction,
                          const StoredValues* values) {
  const uint32_t lanes = lanes_that_count(w, op);
  if (!lanes || lenient_) return;
  const unsigned shift = chunks_.shift(), each = std::max(1u, bytes >> shift);
  Me me;
  me.block = w.block->linear;
  me.time = &time_of(me.block);
  me.warp = w.id;
  me.strong = (op->flags & kStrong) && !(op->flags & kScopeBlock);
  me.deed = direction == Direction::load ? Deed::read : me.strong ? Deed::strong : Deed::write;
  const uint64_t base = me.access = Agent::make(me.block, op->memory, w.id * kLanes);
  const auto each_word = [&](auto f) {
    uint64_t last = ~0ull;
    for (uint32_t m = lanes; m; m &= m - 1)
      for (uint64_t word = address[first_lane(m)] >> 3; word <= (address[first_lane(m)] + bytes - 1) >> 3; word++)
        if (word != last) f(last = word);
  };
  // red has no result, and learns nothing
  if (me.strong && direction != Direction::store && !(direction == Direction::atomic && !op->d))
    each_word([&](uint64_t x) { learn(me, x); });
  if (me.strong && me.deed == Deed::strong && (op->flags & kRelease)) publish(*me.time, w.id);
  me.now = me.time->now;

  bool quickly = false;
  if (!me.strong && lanes == ~0u && run) {
    const unsigned at = chunks_.granule_of(address[0]), span = 32 * each;
    Chunk* chunk = at + span <= kChunkGranules ? chunks_.at(address[0]) : nullptr;
    quickly = chunk && quick(*chunk, at, span, unsigned(__builtin_ctz(each)), me);
  }
  for (uint32_t m = quickly ? 0 : lanes; m; m &= m - 1) {
    const unsigned lane = first_lane(m);
    Chunk* chunk = chunks_.at(address[lane]);
    if (!chunk) continue;
    me.access = base | lane;
    for (unsigned k = 0; k < each; k++) {
      const uint64_t here = address[lane] + (uint64_t(k) << shift);
      const unsigned at = chunks_.granule_of(here);
      const bool same =
          me.deed == Deed::write && values && std::memcmp(values->at(lane, k << shift), reinterpret_cast<void*>(here), 1u << shift) == 0;
      against(*chunk, kWrite, at, here, me, same);
      if (!me.strong) {
        against(*chunk, kStrongWrite, at, here, me, false);
        against(*chunk, kOtherStrongWrite, at, here, me, false);
      }
      if (me.deed == Deed::read) {
        if (me.strong) put_concurrent(*chunk, kStrongRead, kStrongRead, at, me, true);
        else put_concurrent(*chunk, kRead, kOtherRead, at, me, true);
        continue;
      }
      against(*chunk, kRead, at, here, me, false);
      against(*chunk, kOtherRead, at, here, me, false);
      if (me.strong) {
        put_concurrent(*chunk, kStrongWrite, kOtherStrongWrite, at, me, false);
        continue;
      }
      against(*chunk, kStrongRead, at, here, me, false);
      for (unsigned kind = kRead; kind < kKinds; kind++) chunk->of[kind].touched.reset(at, 1);
      put(chunk->of[kWrite], at, me.access, me.now);
    }
  }
  if (me.deed == Deed::strong) each_word([&](uint64_t x) { tell_others(me, x); });
}

}  // namespace wg
