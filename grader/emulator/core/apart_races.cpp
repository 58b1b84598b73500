#include "apart_races.h"

#include <algorithm>

#include "access_ops.h"
#include "global_races.h"

namespace wg {
namespace {

uint64_t ones(unsigned n) { return n >= 64 ? ~0ull : (1ull << n) - 1; }
unsigned granules_of(unsigned bytes, unsigned shift) { return std::max(1u, bytes >> shift); }

// How the lanes of a pattern lie on granules: found out once.
[[gnu::noinline]] void classify(const Pattern& p, unsigned shift) {
  const unsigned each = granules_of(p.bytes, shift);
  std::vector<uint32_t> touched;
  for (uint32_t m = p.mask; m; m &= m - 1)
    for (unsigned k = 0; k < each; k++) touched.push_back((uint32_t(p.delta[first_lane(m)] - p.low) >> shift) + k);
  std::sort(touched.begin(), touched.end());
  Reach& r = p.reach;
  r.kind = Reach::windows;
  r.count = 0;
  for (const uint32_t g : touched) {
    if (!r.count || g - r.window[r.count - 1].from >= 64) {
      if (r.count == std::size(r.window)) {
        r.kind = Reach::scattered;
        return;
      }
      r.window[r.count++] = {g, 0, 0};
    }
    Reach::Window& w = r.window[r.count - 1];
    w.width = g - w.from + 1;
    w.granules |= 1ull << (g - w.from);
  }
}

}  // namespace

void ApartRaces::Chunk::begin() {
  for (Plane& plane : of) {
    plane.touched.clear();
    plane.done.clear();
    plane.mine_block = ~0ull;
  }
  mixed.clear();
}

// Notes this block at the granules `need` from `at` on. `who(k)`: the access to granule at + k.
template <class Who>
void ApartRaces::note(Plane& plane, unsigned at, uint64_t need, uint64_t block, Who who) {
  if (plane.mine_block != block) {
    plane.mine.clear();
    plane.mine_block = block;
  }
  need &= ~plane.mine.window(at);
  if (!need) return;
  plane.mine.set(at, need);
  const uint64_t fresh = need & ~plane.touched.window(at), others = need & ~fresh;
  if (fresh) {
    if (!plane.first) {
      plane.first.reset(new uint64_t[kChunkGranules]);
      chunks_.took(8 * kChunkGranules);
    }
    uint64_t* to = plane.first.get() + at;
    plane.touched.set(at, fresh);
    if (fresh == ones(32)) {
      for (unsigned k = 0; k < 32; k++) to[k] = who(k);
    } else {
      for (uint64_t m = fresh; m; m &= m - 1) to[__builtin_ctzll(m)] = who(unsigned(__builtin_ctzll(m)));
    }
  }
  if (others) {  // touched by another block before
    if (!plane.second) {
      plane.second.reset(new uint64_t[kChunkGranules]);
      chunks_.took(8 * kChunkGranules);
    }
    uint64_t* to = plane.second.get() + at;
    plane.done.set(at, others);
    for (uint64_t m = others; m; m &= m - 1) to[__builtin_ctzll(m)] = who(unsigned(__builtin_ctzll(m)));
  }
}

// Whether all writers of a granule write the same is known only if each value is looked at.
void ApartRaces::note_value(Chunk& chunk, unsigned at, unsigned lane, unsigned count, uint64_t written_before, const StoredValues* values) {
  const unsigned shift = chunks_.shift(), size = 1u << shift;
  for (unsigned k = 0; k < count; k++) {
    uint32_t value = 0;
    if (values) std::memcpy(&value, values->at(lane, k << shift), size);
    if (!(written_before >> k & 1)) chunk.value[at + k] = value;
    if (!values || chunk.value[at + k] != value) chunk.mixed.set(at + k, 1);
  }
}

void ApartRaces::prepare_values(Chunk& chunk) {
  if (chunk.value) return;
  chunk.value.reset(new uint32_t[kChunkGranules]);
  chunks_.took(4 * kChunkGranules);
}

void ApartRaces::access(Warp& w, const Op* op, const Pattern& p, uint64_t base, Deed deed, const StoredValues* values) {
  const uint32_t lanes = lanes_that_count(w, op);
  const unsigned shift = chunks_.shift();
  const bool run = p.mask == ~0u && p.shape == Pattern::Shape::run;
  if (p.reach.kind == Reach::unknown) classify(p, shift);
  const auto one_by_one = [&] {
    uint64_t address[kLanes];
    for (unsigned i = 0; i < kLanes; i++) address[i] = base + uint64_t(int64_t(p.delta[i]));
    scattered(w, op, lanes, address, p.bytes, deed, values);
  };
  if (lanes != w.mask || p.reach.kind == Reach::scattered || (deed == Deed::write && !run)) return one_by_one();

  const uint64_t lowest = base + uint64_t(int64_t(p.low));
  const unsigned each = granules_of(p.bytes, shift);
  for (unsigned i = 0; i < p.reach.count; i++) {
    const Reach::Window& window = p.reach.window[i];
    const uint64_t from = lowest + (uint64_t(window.from) << shift);
    const unsigned at = chunks_.granule_of(from);
    if (__builtin_expect(at + window.width > kChunkGranules, 0)) return one_by_one();
    Chunk* chunk = chunks_.at(from);
    if (!chunk) continue;
    Plane& plane = chunk->of[unsigned(deed)];
    if (deed == Deed::write) note_values(*chunk, at, window.from, window.width, each, plane.touched, values);
    const uint64_t need = window.granules & ~plane.done.window(at);
    if (__builtin_expect(!need, 1)) continue;
    const uint64_t block = w.block->linear, me = Agent::make(block, op->memory, w.id * kLanes);
    if (run) {
      const unsigned each_shift = unsigned(__builtin_ctz(each));
      note(plane, at, need, block, [&](unsigned k) { return me | (window.from + k) >> each_shift; });
      continue;
    }
    uint8_t lane_of[64];
    for (uint32_t m = lanes; m; m &= m - 1) {
      const unsigned lane = first_lane(m);
      const uint32_t offset = (uint32_t(p.delta[lane] - p.low) >> shift) - window.from;
      for (unsigned k = 0; k < each && offset + k < 64; k++) lane_of[offset + k] = uint8_t(lane);
    }
    note(plane, at, need, block, [&](unsigned k) { return me | lane_of[k]; });
  }
}

// The values that a full warp side by side writes into a window.
void ApartRaces::note_values(Chunk& chunk, unsigned at, unsigned from, unsigned width, unsigned each, const GranuleBits& touched,
                             const StoredValues* values) {
  prepare_values(chunk);
  const uint64_t before = touched.window(at);
  if (each == 1 && chunks_.shift() == 2 && values && values->stride == 4 && values->element == 4) {
    const auto* wanted = reinterpret_cast<const uint32_t*>(values->component[0]);
    uint32_t* to = chunk.value.get() + at;
    if (!uint32_t(before)) {
      std::memcpy(to, wanted, kLanes * 4);
      return;
    }
    uint32_t differ = 0;
    for (unsigned k = 0; k < kLanes; k++) {
      const bool known = before >> k & 1;
      differ |= uint32_t(known && to[k] != wanted[k]) << k;
      to[k] = known ? to[k] : wanted[k];
    }
    if (differ) chunk.mixed.set(at, differ);
    return;
  }
  for (unsigned k = 0; k < width; k += each) note_value(chunk, at + k, (from + k) / each, each, before >> k, values);
}

// Lanes far from each other, or some of them only: one after the other.
void ApartRaces::scattered(Warp& w, const Op* op, uint32_t lanes, const uint64_t* address, unsigned bytes, Deed deed,
                           const StoredValues* values) {
  const uint64_t block = w.block->linear, me = Agent::make(block, op->memory, w.id * kLanes);
  const unsigned each = granules_of(bytes, chunks_.shift());
  for (uint32_t m = lanes; m; m &= m - 1) {
    const unsigned lane = first_lane(m), at = chunks_.granule_of(address[lane]);
    Chunk* chunk = chunks_.at(address[lane]);
    if (!chunk) continue;
    Plane& plane = chunk->of[unsigned(deed)];
    if (deed == Deed::write) {
      prepare_values(*chunk);
      note_value(*chunk, at, lane, each, plane.touched.window(at), values);
    }
    const uint64_t need = ones(each) & ~plane.done.window(at);
    if (need) note(plane, at, need, block, [&](unsigned) { return me | lane; });
  }
}

// The two lowest blocks that did one thing to one granule.
struct ApartRaces::Lowest {
  uint64_t access[2];
  unsigned n = 0;
  void add(uint64_t a, uint64_t last_block) {
    if (Agent::block(a) > last_block) return;
    for (unsigned i = 0; i < n; i++)
      if (Agent::block(access[i]) == Agent::block(a)) return;
    if (n < 2) access[n++] = a;
    else if (Agent::block(a) < Agent::block(access[1])) access[1] = a;
    if (n == 2 && Agent::block(access[1]) < Agent::block(access[0])) std::swap(access[0], access[1]);
  }
  // Two accesses of different blocks, one of each; false if there are none.
  static bool apart(const Lowest& a, const Lowest& b, uint64_t* of_a, uint64_t* of_b) {
    for (unsigned i = 0; i < a.n; i++)
      for (unsigned k = 0; k < b.n; k++)
        if (Agent::block(a.access[i]) != Agent::block(b.access[k])) {
          *of_a = a.access[i];
          *of_b = b.access[k];
          return true;
        }
    return false;
  }
};

void ApartRaces::judge(const std::vector<Chunk*>& chunks, unsigned granule, uint64_t address, uint64_t last_block, Hazards& hazards) {
  Lowest lowest[3];
  bool same = true;
  const uint32_t* value = nullptr;
  for (const Chunk* c : chunks) {
    for (unsigned d = 0; d < 3; d++) {
      const Plane& plane = c->of[d];
      if (plane.touched.test(granule)) lowest[d].add(plane.first[granule], last_block);
      if (plane.done.test(granule)) lowest[d].add(plane.second[granule], last_block);
    }
    if (!c->of[unsigned(Deed::write)].touched.test(granule)) continue;
    same &= !c->mixed.test(granule) && (!value || *value == c->value[granule]);
    value = &c->value[granule];
  }
  const auto add = [&](Deed d, uint64_t a, Deed e, uint64_t b, bool note) {
    const Party one{a, d, d == Deed::strong}, two{b, e, e == Deed::strong};
    if (Agent::block(a) > Agent::block(b)) hazards.add(address, one, two, note);
    else hazards.add(address, two, one, note);
  };
  const Lowest &reads = lowest[unsigned(Deed::read)], &writes = lowest[unsigned(Deed::write)], &strong = lowest[unsigned(Deed::strong)];
  uint64_t a, b;
  if (writes.n == 2) {
    add(Deed::write, writes.access[1], Deed::write, writes.access[0], same);
    if (!same) return;  // one hazard a granule is enough
  }
  if (Lowest::apart(writes, reads, &a, &b)) add(Deed::write, a, Deed::read, b, false);
  if (Lowest::apart(writes, strong, &a, &b)) add(Deed::write, a, Deed::strong, b, false);
  if (Lowest::apart(reads, strong, &a, &b)) add(Deed::read, a, Deed::strong, b, false);
}

void ApartRaces::look(const std::vector<ApartRaces*>& workers, uint64_t number, uint64_t last_block, Hazards& hazards) {
  std::vector<Chunk*> chunks;
  for (ApartRaces* w : workers)
    if (Chunk* c = w->chunks_.find(number)) chunks.push_back(c);
  constexpr unsigned R = unsigned(Deed::read), W = unsigned(Deed::write), S = unsigned(Deed::strong);
  for (unsigned i = 0; i < kChunkGranules / 64; i++) {
    uint64_t any[3] = {}, many[3] = {};  // touched, and by several blocks
    for (const Chunk* c : chunks)
      for (unsigned d = 0; d < 3; d++) {
        many[d] |= (any[d] & c->of[d].touched.word[i]) | c->of[d].done.word[i];
        any[d] |= c->of[d].touched.word[i];
      }
    uint64_t suspects = many[W] | (any[W] & (any[R] | any[S])) | (any[R] & any[S]);
    if (!suspects) continue;
    // read and written by one block alone: the usual case, quickly passed over
    const uint64_t once = suspects & any[W] & any[R] & ~(many[W] | many[R] | any[S]);
    for (const Chunk* c : chunks) {
      const uint64_t own = once & c->of[W].touched.word[i] & c->of[R].touched.word[i];
      if (!own) continue;
      const uint64_t *wrote = c->of[W].first.get() + 64 * i, *read = c->of[R].first.get() + 64 * i;
      if (own == ~0ull) {
        uint64_t different = 0;
        for (unsigned k = 0; k < 64; k++) different |= (wrote[k] ^ read[k]) >> 32;
        if (!different) suspects &= ~own;
      }
      for (uint64_t m = suspects & own; m; m &= m - 1) {
        const unsigned k = unsigned(__builtin_ctzll(m));
        if (Agent::block(wrote[k]) == Agent::block(read[k])) suspects &= ~(1ull << k);
      }
    }
    for (uint64_t m = suspects; m; m &= m - 1) {
      const unsigned granule = 64 * i + unsigned(__builtin_ctzll(m));
      judge(chunks, granule, workers[0]->chunks_.address_of(number, granule), last_block, hazards);
    }
  }
}

void ApartRaces::find(const std::vector<ApartRaces*>& workers, uint64_t last_block, Hazards& hazards) {
  std::vector<uint64_t> numbers;
  for (const ApartRaces* w : workers) numbers.insert(numbers.end(), w->chunks_.touched().begin(), w->chunks_.touched().end());
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (uint64_t number : numbers) look(workers, number, last_block, hazards);
}

}  // namespace wg
