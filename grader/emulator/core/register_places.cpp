#include "register_places.h"

#include <algorithm>
#include <map>
#include <queue>

#include "cfg.h"
#include "code.h"
#include "layout.h"
#include "registers.h"

namespace wg {
namespace {

// A function that would need larger sets than these, or more work on them, shares nothing: a stranger may have written it.
constexpr uint64_t kMostBits = 1ull << 26;
constexpr uint64_t kMostWork = 1ull << 28;  // words looked at

// From the first to the last instruction (in their order in the text) at which a register's value may be needed. Instruction i is i + 1;
// 0 is the start of the function.
struct Life {
  uint32_t from = UINT32_MAX, to = 0;
  void include(uint32_t at) {
    from = std::min(from, at);
    to = std::max(to, at);
  }
  bool used() const { return from <= to; }
};

using Bits = std::vector<uint64_t>;
bool has(const Bits& b, uint32_t i) { return b[i / 64] >> (i % 64) & 1; }
void add(Bits& b, uint32_t i) { b[i / 64] |= 1ull << (i % 64); }

class Lives {
 public:
  explicit Lives(const ptx::Function& function) : function_(function), lives_(function.registers.size()) {}

  std::vector<Life> run() {
    const auto& body = function_.body;
    if (body.empty()) return lives_;
    const Cfg cfg = build_cfg(function_);
    const size_t n = cfg.blocks.size();
    find_travellers(cfg);
    if (uint64_t(n) * uint64_t(travellers_ + 64) > kMostBits) return all_along();
    const size_t words = (travellers_ + 63) / 64;
    std::vector<Bits> read(n, Bits(words)), written(n, Bits(words)), in(n, Bits(words));
    for (size_t b = 0; b < n; b++)
      for (uint32_t i = cfg.blocks[b].first; i <= cfg.blocks[b].last; i++)
        each_access(i, [&](uint32_t r, bool reads) {
          if (number_[r] < 0) return;
          const auto t = uint32_t(number_[r]);
          if (!reads) add(written[b], t);
          else if (!has(written[b], t)) add(read[b], t);
        });
    // What is live at the start of a block: read there before it is written, or live in a successor and not written here.
    std::vector<std::vector<uint32_t>> before(n);
    std::vector<uint32_t> changed;
    std::vector<bool> queued(n, true);
    for (uint32_t b = 0; b < n; b++) {
      in[b] = read[b];
      changed.push_back(b);
      for (uint32_t s : cfg.blocks[b].successors)
        if (s < n) before[s].push_back(b);
    }
    for (uint64_t work = 0; !changed.empty();) {
      const uint32_t s = changed.back();
      changed.pop_back();
      queued[s] = false;
      if ((work += words * before[s].size()) > kMostWork) return all_along();
      for (uint32_t b : before[s]) {
        uint64_t any = 0;
        for (size_t k = 0; k < words; k++) {
          const uint64_t more = in[s][k] & ~written[b][k] & ~in[b][k];
          in[b][k] |= more;
          any |= more;
        }
        if (!any || queued[b]) continue;
        queued[b] = true;
        changed.push_back(b);
      }
    }
    for (size_t b = 0; b < n; b++) {
      each_set(in[b], [&](uint32_t r) { lives_[r].include(b ? cfg.blocks[b].first + 1 : 0); });
      for (uint32_t s : cfg.blocks[b].successors)
        if (s < n) each_set(in[s], [&](uint32_t r) { lives_[r].include(cfg.blocks[b].last + 1); });
    }
    return lives_;
  }

 private:
  std::vector<Life>& all_along() {
    for (Life& life : lives_) life = {0, uint32_t(function_.body.size())};
    return lives_;
  }

  // f(register, it is read) for instruction i, reads first. One that is guarded leaves lanes as they were: what they hold is still needed.
  void each_access(uint32_t i, auto f) {
    const ptx::Instruction& in = function_.body[i];
    const RegisterUse of = registers_of(in);
    if (in.guard >= 0) {
      f(uint32_t(in.guard), true);
      for (uint32_t r : of.targets) f(r, true);
    }
    for (uint32_t r : of.sources) f(r, true);
    for (uint32_t r : of.targets) f(r, false);
  }

  // Registers that aren't written and then read in one block alone need sets; most aren't among them. Their lives begin here.
  void find_travellers(const Cfg& cfg) {
    constexpr int64_t kUnseen = -1;
    std::vector<int64_t> home(function_.registers.size(), kUnseen);
    number_.assign(function_.registers.size(), -1);
    for (uint32_t i = 0; i < function_.body.size(); i++)
      each_access(i, [&](uint32_t r, bool reads) {
        lives_[r].include(i + 1);
        const int64_t block = cfg.block_of[i];
        if (home[r] == kUnseen && !reads) home[r] = block;
        else if (home[r] != block && number_[r] < 0) {
          number_[r] = travellers_++;
          register_.push_back(r);
        }
      });
  }

  void each_set(const Bits& bits, auto f) {
    for (size_t k = 0; k < bits.size(); k++)
      for (uint64_t m = bits[k]; m; m &= m - 1) f(register_[k * 64 + size_t(__builtin_ctzll(m))]);
  }

  const ptx::Function& function_;
  std::vector<Life> lives_;
  std::vector<int32_t> number_;     // by register: in the sets, or -1
  std::vector<uint32_t> register_;  // by that number
  int32_t travellers_ = 0;
};

// Bytes that a register takes in a frame: predicates are masks of lanes.
uint32_t place_bytes(ptx::Type t) { return t == ptx::Type::pred ? 4 : lane_bytes(t) * kLanes; }

}  // namespace

RegisterPlacement place_registers(const ptx::Function& function, uint32_t at) {
  const std::vector<Life> lives = Lives(function).run();
  RegisterPlacement out;
  out.offsets.resize(lives.size());
  std::vector<uint32_t> order;
  for (uint32_t r = 0; r < lives.size(); r++)
    if (lives[r].used()) order.push_back(r);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return lives[a].from < lives[b].from; });

  // Places are given from left to right; one whose value was needed last before an instruction is free from that instruction on. Registers
  // of different widths share none: lanes of a wider one would lie over other lanes of a narrower one.
  struct Busy {
    uint32_t until, bytes, offset;
    bool operator<(const Busy& o) const { return until > o.until; }
  };
  std::priority_queue<Busy> busy;
  std::map<uint32_t, std::vector<uint32_t>> free;  // by bytes
  const auto place = [&](uint32_t r) {
    const uint32_t bytes = place_bytes(function.registers[r].type);
    while (!busy.empty() && busy.top().until < lives[r].from) {
      free[busy.top().bytes].push_back(busy.top().offset);
      busy.pop();
    }
    auto& list = free[bytes];
    if (list.empty()) {
      at = (at + bytes - 1) / std::min(bytes, 64u) * std::min(bytes, 64u);
      list.push_back(at);
      at += bytes;
    }
    out.offsets[r] = list.back();
    list.pop_back();
    busy.push({lives[r].to, bytes, out.offsets[r]});
  };
  // Small ones first, so that little is lost to alignment: those that start as zeros, then the others.
  const auto begins_as_zeros = std::find_if(order.begin(), order.end(), [&](uint32_t r) { return lives[r].from > 0; });
  std::stable_sort(order.begin(), begins_as_zeros, [&](uint32_t a, uint32_t b) {
    return place_bytes(function.registers[a].type) < place_bytes(function.registers[b].type);
  });
  for (auto r = order.begin(); r != begins_as_zeros; ++r) place(*r);
  out.zeroed_end = at = (at + 63) / 64 * 64;
  for (auto r = begins_as_zeros; r != order.end(); ++r) place(*r);
  out.end = (at + 63) / 64 * 64;
  return out;
}

}  // namespace wg
