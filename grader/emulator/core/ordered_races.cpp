#include "ordered_races.h"

#include <algorithm>

#include "access_ops.h"
#include "global_races.h"
#include "text.h"

namespace wg {
namespace {

constexpr uint64_t kFollowed = 16384;       // blocks whose releases are told apart; learning from others makes everything ordered
constexpr uint64_t kReleases = 1ull << 18;  // kept
constexpr size_t kWords = 1u << 20;         // addresses through which blocks talk
constexpr size_t kClockBytes = 256u << 20;
constexpr uint64_t kMergedWords = 1024;  // beyond that

const char* const kFenceMissing =
    ": a __threadfence() is missing between the first access and the flag, lock or counter that told the second block of it";
const char* const kBarrierMissing =
    ": a __syncthreads() is missing between the first access with its __threadfence() and the thread that then set the flag, lock or "
    "counter that told the second block of it";
const char* const kEitherMissing =
    ": a __threadfence() is missing between the first access and the flag, lock or counter that told the second block of it, or a "
    "__syncthreads() before the thread that set it";

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
  forgot_ = merged_ = unknown_ = false;
  releases_ = 0;
  times_.clear();
  others_.clear();
  words_.clear();
  hazards_ = {};
}

std::string OrderedRaces::shortfall() const {
  std::string text;
  const auto add = [&](bool holds, const std::string& why) {
    if (holds) text += (text.empty() ? "" : ", ") + why;
  };
  add(forgot_, "its blocks published their work more than " + grouped(kReleases) + " times");
  add(merged_, "its blocks talk through too many addresses");
  add(unknown_, "it has more than " + grouped(kFollowed) + " blocks");
  add(chunks_.ran_out(), kShadowRanOut);
  return text;
}

bool OrderedRaces::followed(uint64_t block) const { return block < kFollowed; }

uint64_t OrderedRaces::key(uint64_t word) const { return merged_ ? word % kMergedWords : word; }

const OrderedRaces::Published& OrderedRaces::BlockTime::known_by(uint32_t n) const {
  if (n <= releases.size() && releases[n - 1].number == n) return releases[n - 1].published;
  return std::lower_bound(releases.begin(), releases.end(), n, [](const Release& r, uint32_t x) { return r.number < x; })->published;
}

// Too many releases: those go that nobody has learned of, which makes no difference. If most are known, every second one goes.
void OrderedRaces::forget_releases() {
  std::vector<std::vector<bool>> known(times_.size());
  for (size_t b = 0; b < times_.size(); b++)
    if (times_[b]) known[b].resize(times_[b]->released + 1);
  Clocks::Seen seen;
  const auto mark = [&](uint32_t block, uint32_t n) { known[block][n] = true; };
  for (const auto& time : times_)
    if (time) time->learned.each(seen, mark);
  for (const auto& [block, time] : others_) time->learned.each(seen, mark);
  for (const auto& [word, w] : words_) w.learned.each(seen, mark);
  const auto keep = [&](auto wanted) {  // and the last one of each block, which is what the next to ask will learn
    releases_ = 0;
    for (size_t b = 0; b < times_.size(); b++) {
      if (!times_[b]) continue;
      auto& of = times_[b]->releases;
      std::erase_if(of, [&](const Release& r) { return r.number != times_[b]->released && !wanted(b, r.number); });
      releases_ += of.size();
    }
  };
  keep([&](size_t b, uint32_t n) { return known[b][n]; });
  while (releases_ > kReleases / 2) {
    forgot_ = true;
    bool odd = false;
    keep([&](size_t, uint32_t) { return odd = !odd; });
  }
}

// Too many words or too many clocks at them: many share what is left, and who looks at one learns what the others would tell.
void OrderedRaces::merge_words() {
  std::unordered_map<uint64_t, Word> apart;
  apart.swap(words_);
  merged_ = true;
  for (const auto& [word, from] : apart) {
    Word& to = words_[key(word)];
    to.learned.join(from.learned, clock_bytes_);
    to.heard.join(from.heard, clock_bytes_);
    to.knows_all |= from.knows_all;
    to.version++;
  }
}

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
  if (block == me.block) return true;
  if (const uint32_t n = followed(block) ? me.time->learned.get(block) : 0) {
    const Published& p = times_[block]->known_by(n);
    const uint32_t until = p.of(Agent::thread(who) / kLanes);
    if (when <= (read ? std::max(until, p.reads) : until)) return true;
  }
  unknown_ |= me.time->knows_all;
  return me.time->knows_all;
}

// What an atomic, volatile or relaxed read tells.
void OrderedRaces::learn(Me& me, uint64_t word) {
  word = key(word);
  const auto found = words_.find(word);
  if (found == words_.end()) return;
  auto& looked = me.time->looked[word & 15];
  if (looked.word == word && looked.version == found->second.version) return;
  looked.word = word;
  looked.version = found->second.version;
  me.time->learned.join(found->second.learned, clock_bytes_);
  me.time->heard.join(found->second.heard, clock_bytes_);
  me.time->knows_all |= found->second.knows_all;
}

// What an atomic, volatile or relaxed write leaves for others.
void OrderedRaces::tell_others(Me& me, uint64_t word) {
  BlockTime& time = *me.time;
  if (!merged_ && (words_.size() > kWords || clock_bytes_ > kClockBytes)) merge_words();
  Word& w = words_[key(word)];
  w.version++;
  time.tellers |= 1u << me.warp;
  time.told_behind = time.barrier;
  if (followed(me.block)) w.heard.raise(me.block, me.now, clock_bytes_);
  if (!time.fenced) return;
  w.knows_all |= time.knows_all;
  w.learned.join(time.learned, clock_bytes_);
  if (!followed(me.block)) {
    w.knows_all = true;
    return;
  }
  if (time.news) {
    time.news = false;
    if (releases_ == kReleases) forget_releases();
    releases_++;
    time.releases.push_back({++time.released, time.published});
  }
  w.learned.raise(me.block, time.released, clock_bytes_);
}

// What would have ordered an access before those that have heard of its block by a flag, lock or counter.
const char* OrderedRaces::missing(uint64_t who, uint32_t when) const {
  const BlockTime& time = *times_[Agent::block(who)];
  const unsigned warp = Agent::thread(who) / kLanes;
  const bool told_itself = time.tellers >> warp & 1, told_by_others = time.tellers & ~(1u << warp);
  if (!told_by_others || when <= time.told_behind) return kFenceMissing;
  return !told_itself && when <= time.published.of(warp) ? kBarrierMissing : kEitherMissing;
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
  const bool heard = plane.when[at] <= me.time->heard.get(Agent::block(who));
  if (strong && !read) {
    unknown_ |= !followed(Agent::block(who));
    if (heard || !followed(Agent::block(who))) return;
  }
  // Nor has a write overtaken the read of a block that then told of itself, fence or not: what it tells comes of what it read. So Thrust's
  // look-back algorithms compact in place.
  if (read && heard) return;
  const Deed deed = read ? Deed::read : strong ? Deed::strong : Deed::write;
  hazards_.add(address, {me.access, me.deed, me.strong}, {who, deed, strong}, same_value,
               heard && !strong ? missing(who, plane.when[at]) : "");
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

// A warp that waits for a flag reads it in every lane. What the last lane leaves is what all of them do, and there is nothing to tell of
// each, unless somebody wrote there as to ordinary memory.
bool OrderedRaces::one_for_all(const uint64_t* address, uint32_t lanes, unsigned granules) {
  const uint64_t place = address[first_lane(lanes)];
  uint64_t apart = 0;
  if (lanes == ~0u) {
    for (unsigned i = 0; i < kLanes; i++) apart |= address[i] ^ place;
  } else {
    for (uint32_t m = lanes; m; m &= m - 1) apart |= address[first_lane(m)] ^ place;
  }
  const Chunk* chunk = apart ? nullptr : chunks_.at(place);
  return chunk && !(chunk->of[kWrite].touched.window(chunks_.granule_of(place)) & ((1ull << granules) - 1));
}

void OrderedRaces::access(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, bool run, Direction direction,
                          const StoredValues* values) {
  uint32_t lanes = lanes_that_count(w, op);
  if (!lanes) return;
  const unsigned shift = chunks_.shift(), each = std::max(1u, bytes >> shift);
  Me me;
  me.block = w.block->linear;
  me.time = &time_of(me.block);
  me.warp = w.id;
  me.strong = (op->flags & kStrong) && !(op->flags & kScopeBlock);
  me.deed = direction == Direction::load ? Deed::read : me.strong ? Deed::strong : Deed::write;
  if (me.strong && me.deed == Deed::read && one_for_all(address, lanes, each)) lanes = 1u << (31 - unsigned(__builtin_clz(lanes)));
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
