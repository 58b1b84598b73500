// Barrier objects in shared memory: mbarrier, and copies that arrive on one. PTX ISA 9.0, section 9.7.13.15.
// An object counts arrivals; when as many have come as it expects, its phase is over and all that was done before is ordered before what
// follows. Its 64 bits are opaque to the program: here phase, expected and pending arrivals.
#include "../async_copies.h"
#include "../scheduler.h"
#include "address.h"
#include "spaces.h"

namespace wg {
namespace {

constexpr uint64_t kMark = 0x4Dull << 56;  // in the top byte: this is an mbarrier
constexpr uint32_t kMostThreads = (1 << 20) - 1;

struct Object {
  uint32_t phase, expected, pending;
  static Object unpack(uint64_t x) { return {uint32_t(x >> 40 & 0xffff), uint32_t(x >> 20 & kMostThreads), uint32_t(x & kMostThreads)}; }
  uint64_t pack() const { return kMark | uint64_t(phase & 0xffff) << 40 | uint64_t(expected) << 20 | pending; }
};
bool is_object(uint64_t x) { return x >> 56 == kMark >> 56; }

enum Kind { kInit, kInvalidate, kArrive, kArriveDrop, kTestState, kTestParity, kTryState, kTryParity, kCopiesArrive, kCopiesTracked };

// A lane's arrival of `count` threads, which no longer take part if `drops`. False: more came than the phase waits for.
bool arrive(Warp& w, Object& o, uint32_t count, bool drops) {
  if (count > o.pending) return false;
  o.pending -= count;
  if (drops) o.expected -= count < o.expected ? count : o.expected;
  if (o.pending == 0) {
    o.phase++;
    o.pending = o.expected;
    order_all(*w.worker);
  }
  return true;
}

template <Kind K>
struct Barrier {
  static bool global(Warp& w, const Op* op, const uint64_t*) {
    report(w, "OOB_WRITE", op->site, first_lane(w.mask),
           "The address of an mbarrier is not in shared memory, by " + where(w, first_lane(w.mask)));
    fault(w, 700);
    return false;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    if ((K == kCopiesArrive || K == kCopiesTracked) && !await_copies(w, 0, true)) return false;
    if (K == kCopiesTracked) return true;  // one more is expected, and comes at once
    if (!access_shared(w, op, address, 8, K == kInit || K == kInvalidate ? Direction::store : Direction::atomic)) return false;
    w.synchronises = true;
    constexpr bool is_test = K == kTestState || K == kTestParity || K == kTryState || K == kTryParity;
    w.changed |= !is_test;
    uint32_t done = 0;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      uint8_t* at = w.block->shared.data() + address[i];
      uint64_t word;
      std::memcpy(&word, at, 8);
      if (K != kInit && !is_object(word)) return bad(w, op, i, "UNINIT_READ", "of an mbarrier that was not initialised");
      Object o = Object::unpack(word);
      const uint32_t count = op->b ? w.lanes<uint32_t>(op->b)[i] : 1;
      if (K == kInit) {
        if (count == 0 || count > kMostThreads)
          return bad(w, op, i, "BARRIER_DIVERGENCE", "of an mbarrier with an impossible number of threads");
        o = {0, count, count};
      } else if (K == kArrive || K == kArriveDrop || K == kCopiesArrive) {
        if (op->d) w.lanes<uint64_t>(op->d)[i] = word;
        if (!arrive(w, o, count, K == kArriveDrop))
          return bad(w, op, i, "BARRIER_DIVERGENCE", "at an mbarrier that waits for fewer threads");
      } else if (K == kTestState || K == kTryState) {
        done |= uint32_t(Object::unpack(w.lanes<uint64_t>(op->b)[i]).phase != o.phase) << i;
      } else if (is_test) {
        done |= uint32_t((w.lanes<uint32_t>(op->b)[i] & 1) != (o.phase & 1)) << i;
      }
      word = K == kInvalidate ? 0 : o.pack();
      if (!is_test) std::memcpy(at, &word, 8);
    }
    if (is_test) {
      uint32_t& p = w.predicate(op->d);
      p = (p & ~w.mask) | done;
      if ((done & w.mask) != w.mask) w.slice = 0;  // it will ask again: somebody else's turn
    }
    return true;
  }
  static bool bad(Warp& w, const Op* op, unsigned lane, const char* verdict, const char* what) {
    report(w, verdict, op->site, lane,
           std::string(K == kInit                           ? "Initialisation "
                       : K >= kTestState && K <= kTryParity ? "Wait "
                                                            : "Arrival ") +
               what + ", by " + where(w, lane));
    fault(w, 719);
    return false;
  }
};

template <Kind K>
void handler(Op& op, bool shared) {
  op.run = shared ? in_shared<Barrier<K>> : in_generic<Barrier<K>>;
}

bool take_shared(Builder& b) { return b.take("shared") || b.take("shared::cta"); }
void take_order(Builder& b) { b.ignore({"release", "acquire", "relaxed", "cta", "cluster"}); }

void finish(Builder& b, Op& op) {
  if (b.type() != Type::b64) b.refuse("not for this type");
  op.bytes = 8;
  b.memory_site(op);
}

template <Kind K>
Row simple(const char* name, const char* what, bool counts) {
  return custom(
      name, {Type::b64},
      [what, counts](Builder& b, Op& op) {
        b.take(what);
        const bool shared = take_shared(b);
        b.done();
        address_operand(b, op, b.operand(0));
        if (counts) op.b = b.source(b.operand(1), 4);
        handler<K>(op, shared);
        finish(b, op);
      },
      kPipeMemory);
}

// mbarrier.arrive state, [a] {, count}
template <Kind K>
Row arrival(const char* name, const char* what) {
  return custom(
      name, {Type::b64},
      [what](Builder& b, Op& op) {
        b.take(what);
        b.take("noComplete");
        take_order(b);
        const bool shared = take_shared(b);
        b.done();
        const bool has_state = b.operand(0).kind != ptx::Operand::Kind::address;
        const unsigned at = has_state ? 1 : 0;
        if (has_state) op.d = b.target(b.operand(0), 8);
        address_operand(b, op, b.operand(at));
        if (b.in->operands.size() > at + 1) op.b = b.source(b.operand(at + 1), 4);
        handler<K>(op, shared);
        finish(b, op);
      },
      kPipeMemory);
}

// mbarrier.test_wait p, [a], state; .parity: p, [a], parity; try_wait may name a time.
template <Kind State, Kind Parity>
Row wait(const char* name, const char* what) {
  return custom(
      name, {Type::b64},
      [what](Builder& b, Op& op) {
        b.take(what);
        const bool parity = b.take("parity");
        take_order(b);
        const bool shared = take_shared(b);
        b.done();
        op.d = b.predicate(b.operand(0));
        address_operand(b, op, b.operand(1));
        op.b = b.source(b.operand(2), parity ? 4 : 8);
        if (State == kTryState && b.in->operands.size() > 3) b.source(b.operand(3), 4);
        if (parity) handler<Parity>(op, shared);
        else handler<State>(op, shared);
        finish(b, op);
      },
      kPipeMemory);
}

constexpr auto pending_of = [](uint64_t state) { return Object::unpack(state).pending; };

// cp.async.mbarrier.arrive {.noinc} [a]: the thread's copies so far arrive, and with .noinc that counts as an arrival.
void build_copies_arrive(Builder& b, Op& op) {
  b.take("async");
  b.take("mbarrier");
  if (!b.take("arrive")) b.refuse("unknown operation");
  const bool counts = b.take("noinc"), shared = take_shared(b);
  b.done();
  address_operand(b, op, b.operand(0));
  if (counts) handler<kCopiesArrive>(op, shared);
  else handler<kCopiesTracked>(op, shared);
  finish(b, op);
}

}  // namespace

std::vector<Row> mbarrier_rows() {
  return {simple<kInit>("mbarrier.init", "init", true),
          simple<kInvalidate>("mbarrier.inval", "inval", false),
          arrival<kArrive>("mbarrier.arrive", "arrive"),
          arrival<kArriveDrop>("mbarrier.arrive_drop", "arrive_drop"),
          wait<kTestState, kTestParity>("mbarrier.test_wait", "test_wait"),
          wait<kTryState, kTryParity>("mbarrier.try_wait", "try_wait"),
          custom("mbarrier.pending_count", {Type::b64},
                 [](Builder& b, Op& op) {
                   b.take("pending_count");
                   b.done();
                   op.d = b.target(b.operand(0), 4);
                   op.a = b.source(b.operand(1), 8);
                   op.run = lanes1<decltype(pending_of), uint32_t, uint64_t>;
                 }),
          custom("cp.async.mbarrier", {Type::b64}, build_copies_arrive, kPipeMemory)};
}

}  // namespace wg
