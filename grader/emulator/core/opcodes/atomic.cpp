// Atomic memory operations: atom and red. PTX ISA 9.0, sections 9.7.13.5-6. Lanes of a warp go in lane order; global atomics are atomic
// between blocks.
#include <bit>
#include <cmath>
#include <limits>

#include "address.h"
#include "half.h"
#include "spaces.h"

namespace wg {
namespace {

struct Add {
  template <class T>
  T operator()(T old, T b, T) const {
    if constexpr (std::is_integral_v<T>) return T(std::make_unsigned_t<T>(old) + std::make_unsigned_t<T>(b));
    else return old + b;
  }
};
// atom.add.f32 in global memory flushes subnormal inputs and results; in shared memory it does not (PTX ISA, atom).
struct AddFlushing {
  static float flush(float x) { return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x; }
  float operator()(float old, float b, float) const { return flush(flush(old) + flush(b)); }
};
// Halves and pairs of them; sums are rounded once and never flushed.
template <bool Brain>
struct AddHalf {
  uint16_t operator()(uint16_t old, uint16_t b, uint16_t) const {
    if constexpr (Brain) return to_bfloat16(double(from_bfloat16(old)) + double(from_bfloat16(b)));
    else return to_half(double(from_half(old)) + double(from_half(b)));
  }
};
template <bool Brain>
struct AddPair {
  uint32_t operator()(uint32_t old, uint32_t b, uint32_t) const {
    const auto one = [&](unsigned at) { return uint32_t(AddHalf<Brain>{}(uint16_t(old >> at), uint16_t(b >> at), 0)) << at; };
    return one(0) | one(16);
  }
};
struct Min {
  template <class T>
  T operator()(T old, T b, T) const {
    return b < old ? b : old;
  }
};
struct Max {
  template <class T>
  T operator()(T old, T b, T) const {
    return old < b ? b : old;
  }
};
struct And {
  template <class T>
  T operator()(T old, T b, T) const {
    return old & b;
  }
};
struct Or {
  template <class T>
  T operator()(T old, T b, T) const {
    return old | b;
  }
};
struct Xor {
  template <class T>
  T operator()(T old, T b, T) const {
    return old ^ b;
  }
};
struct Exchange {
  template <class T>
  T operator()(T, T b, T) const {
    return b;
  }
};
struct CompareSwap {
  template <class T>
  T operator()(T old, T b, T c) const {
    return old == b ? c : old;
  }
};
struct Increment {
  template <class T>
  T operator()(T old, T b, T) const {
    return old >= b ? T(0) : T(old + 1);
  }
};
struct Decrement {
  template <class T>
  T operator()(T old, T b, T) const {
    return old == 0 || old > b ? b : T(old - 1);
  }
};

template <class T>
using Word = std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;

template <class T, class F>
struct Atomic {
  static T operand(const Warp& w, uint32_t offset, unsigned lane) { return offset ? w.lanes<T>(offset)[lane] : T(); }
  static void result(const Warp& w, const Op* op, unsigned lane, T old) {
    if (op->d) w.lanes<T>(op->d)[lane] = old;
  }
  static bool global(Warp& w, const Op* op, const uint64_t* address) {
    if (!access_global(w, op, address, sizeof(T), Direction::atomic)) return false;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      auto* word = reinterpret_cast<Word<T>*>(address[i]);
      const T b = operand(w, op->b, i), c = operand(w, op->c, i);
      Word<T> seen = __atomic_load_n(word, __ATOMIC_RELAXED), wanted;
      do {
        wanted = std::bit_cast<Word<T>>(F{}(std::bit_cast<T>(seen), b, c));
      } while (!__atomic_compare_exchange_n(word, &seen, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
      w.changed |= wanted != seen;
      result(w, op, i, std::bit_cast<T>(seen));
    }
    return true;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    if (!access_shared(w, op, address, sizeof(T), Direction::atomic)) return false;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      uint8_t* at = w.block->shared.data() + address[i];
      T old;
      std::memcpy(&old, at, sizeof(T));
      const T r = F{}(old, operand(w, op->b, i), operand(w, op->c, i));
      w.changed |= std::memcmp(at, &r, sizeof(T)) != 0;
      std::memcpy(at, &r, sizeof(T));
      result(w, op, i, old);
    }
    return true;
  }
};

struct SingleAdd {
  static bool global(Warp& w, const Op* op, const uint64_t* address) { return Atomic<float, AddFlushing>::global(w, op, address); }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) { return Atomic<float, Add>::shared(w, op, address); }
};

template <class T, class F>
Handler in_space(int space) {
  using A = Atomic<T, F>;
  return space == 0 ? in_global<A> : space > 0 ? in_shared<A> : in_generic<A>;
}

Handler choose(int operation, Type t, int space) {
  switch (operation) {
    case 0:  // add
      switch (t) {
        case Type::u32:
        case Type::s32:
        case Type::b32: return in_space<uint32_t, Add>(space);
        case Type::u64:
        case Type::s64:
        case Type::b64: return in_space<uint64_t, Add>(space);
        case Type::f32:
          return space == 0 ? in_global<Atomic<float, AddFlushing>> : space > 0 ? in_shared<Atomic<float, Add>> : in_generic<SingleAdd>;
        case Type::f64: return in_space<double, Add>(space);
        case Type::f16: return in_space<uint16_t, AddHalf<false>>(space);
        case Type::bf16: return in_space<uint16_t, AddHalf<true>>(space);
        case Type::f16x2: return in_space<uint32_t, AddPair<false>>(space);
        case Type::bf16x2: return in_space<uint32_t, AddPair<true>>(space);
        default: return nullptr;
      }
    case 1:
    case 2: {  // min, max
      auto pick = [&]<class T>() -> Handler { return operation == 1 ? in_space<T, Min>(space) : in_space<T, Max>(space); };
      switch (t) {
        case Type::u32: return pick.template operator()<uint32_t>();
        case Type::s32: return pick.template operator()<int32_t>();
        case Type::u64: return pick.template operator()<uint64_t>();
        case Type::s64: return pick.template operator()<int64_t>();
        default: return nullptr;
      }
    }
    case 3:
    case 4:
    case 5:
    case 6:
    case 7: {  // and, or, xor, exch, cas
      auto pick = [&]<class T>() -> Handler {
        return operation == 3   ? in_space<T, And>(space)
               : operation == 4 ? in_space<T, Or>(space)
               : operation == 5 ? in_space<T, Xor>(space)
               : operation == 6 ? in_space<T, Exchange>(space)
                                : in_space<T, CompareSwap>(space);
      };
      if (ptx::size_bytes(t) == 2 && operation == 7) return in_space<uint16_t, CompareSwap>(space);
      return ptx::size_bytes(t) == 4   ? pick.template operator()<uint32_t>()
             : ptx::size_bytes(t) == 8 ? pick.template operator()<uint64_t>()
                                       : nullptr;
    }
    case 8: return t == Type::u32 ? in_space<uint32_t, Increment>(space) : nullptr;
    case 9: return t == Type::u32 ? in_space<uint32_t, Decrement>(space) : nullptr;
    default: return nullptr;
  }
}

template <bool WantsResult>
void build(Builder& b, Op& op) {
  using Kind = ptx::Operand::Kind;
  op.flags = memory_order(b, kStrong | kScopeGpu);
  const int space = b.take_one({"global", "shared", "shared::cta"});
  const int operation = b.take_one({"add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"});
  const Type t = b.type();
  const bool half = ptx::size_bytes(t) == 2 || t == Type::f16x2 || t == Type::bf16x2;
  if (half && operation == 0 && !b.take("noftz")) b.refuse("sums of halves are .noftz");
  cache_hints(b, (WantsResult ? 3 : 2) + (operation == 7));
  b.done();
  if (operation < 0 || (!WantsResult && (operation == 6 || operation == 7))) b.refuse("unknown atomic operation");
  const unsigned size = ptx::size_bytes(t), first = WantsResult ? 1 : 0;
  op.run = choose(operation, t, space);
  if (!op.run) b.refuse("this operation is not emulated for this type");
  op.bytes = uint8_t(size);
  if (WantsResult && b.operand(0).kind != Kind::sink) op.d = b.target(b.operand(0), size);
  address_operand(b, op, b.operand(first));
  op.b = b.source(b.operand(first + 1), size);
  if (operation == 7) op.c = b.source(b.operand(first + 2), size);
  b.memory_site(op);
}

const std::vector<Type> kReducible = {Type::b32, Type::b64, Type::u32, Type::u64,   Type::s32,  Type::s64,
                                      Type::f32, Type::f64, Type::f16, Type::f16x2, Type::bf16, Type::bf16x2};
const std::vector<Type> kAtomic = {Type::b16, Type::b32, Type::b64, Type::u32,   Type::u64,  Type::s32,   Type::s64,
                                   Type::f32, Type::f64, Type::f16, Type::f16x2, Type::bf16, Type::bf16x2};

}  // namespace

std::vector<Row> atomic_rows() {
  return {custom("atom", kAtomic, build<true>, kPipeMemory), custom("red", kReducible, build<false>, kPipeMemory)};
}

}  // namespace wg
