// Moves, packing and selection: PTX ISA 9.0, section 9.7.9 (mov, activemask) and 9.7.6 (selp, slct).
#include <cstring>
#include <limits>

#include "table.h"

namespace wg {
namespace {

template <class T>
const Op* move(Warp& w, const Op* op) {
  const T* a = w.lanes<T>(op->a);
  T* d = w.lanes<T>(op->d);
  if (w.mask == ~0u) std::memmove(d, a, sizeof(T) * kLanes);
  else blend(w, d, a);
  return next(op);
}
// mov.b64 {lo, hi}, x and mov.b64 x, {lo, hi}: packs and unpacks.
const Op* pack(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    uint64_t x = 0;
    for (unsigned k = 0; k < e.registers.size(); k++) {
      uint64_t part = 0;
      std::memcpy(&part, w.registers + e.registers[k] + i * op->bytes, op->bytes);
      x |= part << (8 * op->bytes * k);
    }
    const unsigned size = op->bytes * unsigned(e.registers.size());
    std::memcpy(w.registers + op->d + i * size, &x, size);
  }
  return next(op);
}
const Op* unpack(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const unsigned size = op->bytes * unsigned(e.registers.size());
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    uint64_t x = 0;
    std::memcpy(&x, w.registers + op->a + i * size, size);
    for (unsigned k = 0; k < e.registers.size(); k++) {
      const uint64_t part = x >> (8 * op->bytes * k);
      if (e.widths[k]) std::memcpy(w.registers + e.registers[k] + i * op->bytes, &part, op->bytes);
    }
  }
  return next(op);
}
// Warp-instructions of the block. In a drawn order it jumps at each look: on a card nothing says how far another warp is after any time.
const Op* read_clock(Warp& w, const Op* op) {
  constexpr uint64_t kJump = 1 << 22;
  Worker& worker = *w.worker;
  if (worker.random) worker.clock_ahead += worker.random->below(kJump);
  const uint64_t now = w.block->instructions + worker.clock_ahead;
  for (uint32_t m = w.mask; m; m &= m - 1) std::memcpy(w.registers + op->d + first_lane(m) * op->bytes, &now, op->bytes);
  return next(op);
}
const Op* read_active_mask(Warp& w, const Op* op) {
  uint32_t* d = w.lanes<uint32_t>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = w.mask;
  return next(op);
}

const Op* move_predicate(Warp& w, const Op* op) {
  uint32_t& d = w.predicate(op->d);
  d = (d & ~w.mask) | (w.predicate(op->a) & w.mask);
  return next(op);
}

void build_move(Builder& b, Op& op) {
  b.done();
  const Type t = b.type();
  const auto &to = b.operand(0), &from = b.operand(1);
  using Kind = ptx::Operand::Kind;
  if (to.kind == Kind::vector || from.kind == Kind::vector) {
    const auto& parts = to.kind == Kind::vector ? to.operands : from.operands;
    const unsigned whole = ptx::size_bytes(t);
    if (parts.size() < 2 || whole % parts.size() || whole > 8 || whole / parts.size() < 2) b.refuse("this packing is not emulated");
    op.bytes = uint8_t(whole / parts.size());
    Extra& e = b.extra(op);
    for (const auto& p : parts) {
      const bool sink = p.kind == Kind::sink;
      e.registers.push_back(sink ? 0 : to.kind == Kind::vector ? b.target(p, op.bytes) : b.source(p, op.bytes));
      e.widths.push_back(sink ? 0 : op.bytes);
    }
    if (to.kind == Kind::vector) {
      op.run = unpack;
      op.a = b.source(from, whole);
    } else {
      op.run = pack;
      op.d = b.target(to, whole);
    }
    return;
  }
  if (t == Type::pred) {
    op.run = move_predicate;
    op.d = b.predicate(to);
    op.a = b.source(from, 1);
    return;
  }
  const unsigned size = ptx::size_bytes(t);
  op.d = b.target(to, size);
  if (from.kind == Kind::special && (from.name == "%clock" || from.name == "%clock64" || from.name == "%clock_hi" ||
                                     from.name == "%globaltimer" || from.name == "%globaltimer_lo")) {
    op.run = read_clock;
    op.bytes = uint8_t(size);
    return;
  }
  op.run = size == 2 ? move<uint16_t> : size == 4 ? move<uint32_t> : size == 8 ? move<uint64_t> : nullptr;
  if (!op.run) b.refuse("not for this type");
  op.a = b.source(from, size);
}

template <class T>
const Op* select(Warp& w, const Op* op) {
  const T *a = w.lanes<T>(op->a), *b = w.lanes<T>(op->b);
  const uint32_t p = w.predicate(op->c);
  alignas(64) T r[kLanes];
  for (unsigned i = 0; i < kLanes; i++) r[i] = (p >> i & 1) ? a[i] : b[i];
  blend(w, w.lanes<T>(op->d), r);
  return next(op);
}
struct FlushedSelector {  // slct.ftz: a negative subnormal counts as -0
  float value;
  bool operator>=(int) const { return value > -std::numeric_limits<float>::min(); }
};
template <class T, class C>
const Op* select_by_sign(Warp& w, const Op* op) {  // slct
  const T *a = w.lanes<T>(op->a), *b = w.lanes<T>(op->b);
  const C* c = w.lanes<C>(op->c);
  alignas(64) T r[kLanes];
  for (unsigned i = 0; i < kLanes; i++) r[i] = c[i] >= 0 ? a[i] : b[i];
  blend(w, w.lanes<T>(op->d), r);
  return next(op);
}

const std::vector<Type> kSelectable = {Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64,
                                       Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};
const std::vector<Type> kMovable = {Type::pred, Type::b16, Type::b32, Type::b64, Type::u16, Type::u32,
                                    Type::u64,  Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};

}  // namespace

std::vector<Row> move_rows() {
  return {
      custom("mov", kMovable, build_move, kPipeInteger),
      custom("activemask", {Type::b32},
             [](Builder& b, Op& op) {
               b.done();
               op.run = read_active_mask;
               op.d = b.target(b.operand(0), 4);
             }),
      custom(
          "selp", kSelectable,
          [](Builder& b, Op& op) {
            b.done();
            const unsigned size = ptx::size_bytes(b.type());
            op.run = size == 2 ? select<uint16_t> : size == 4 ? select<uint32_t> : size == 8 ? select<uint64_t> : nullptr;
            if (!op.run) b.refuse("not for this type");
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), size);
            op.c = b.source(b.operand(3), 1);
          },
          kPipeInteger),
      custom(
          "slct", kSelectable,
          [](Builder& b, Op& op) {
            const bool ftz = b.take("ftz");
            b.done();
            const unsigned size = ptx::size_bytes(b.type(0));
            const bool f = b.type(1) == Type::f32;
            if (!f && (ftz || b.type(1) != Type::s32)) b.refuse("the selector is s32 or f32");
            auto by_selector = [&]<class C>() -> Handler {
              return size == 2 ? select_by_sign<uint16_t, C> : size == 4 ? select_by_sign<uint32_t, C> : select_by_sign<uint64_t, C>;
            };
            op.run = ftz ? by_selector.template operator()<FlushedSelector>()
                     : f ? by_selector.template operator()<float>()
                         : by_selector.template operator()<int32_t>();
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            op.b = b.source(b.operand(2), size);
            op.c = b.source(b.operand(3), 4);
          },
          kPipeInteger),
  };
}

}  // namespace wg
