// The opcode table: one row an opcode. A row says which types it takes and what one lane (or the warp) does; guard, mask, operand lookup,
// `.ftz`, `.sat` and rounding belong to the machinery here. Semantics: PTX ISA 9.0, chapter 9.
#pragma once
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "../code.h"
#include "../warp.h"

namespace wg {

using ptx::Type;

// What the decoder offers to a row while it builds an Op.
struct Builder {
  virtual ~Builder() = default;
  const ptx::Instruction* in = nullptr;
  std::vector<std::string> rest;  // modifiers that the row has not consumed yet
  std::vector<Type> types;        // the types among the modifiers, in order

  [[noreturn]] virtual void refuse(const std::string& why) const = 0;
  // Offsets of operands in the register frame. Immediates, special registers and addresses of variables become slots of the wanted width.
  virtual uint32_t source(const ptx::Operand& o, unsigned bytes) = 0;       // exact width
  virtual uint32_t source_any(const ptx::Operand& o, unsigned* bytes) = 0;  // tells the register's width
  virtual uint32_t target(const ptx::Operand& o, unsigned bytes) = 0;
  virtual uint32_t target_any(const ptx::Operand& o, unsigned* bytes) = 0;  // *bytes = 0 and scratch space for a sink
  virtual uint32_t predicate(const ptx::Operand& o) = 0;                    // of a predicate register (not negated)
  virtual uint32_t constant(uint64_t bits, unsigned bytes) = 0;
  virtual Extra& extra(Op& op) = 0;
  virtual uint32_t label(const ptx::Operand& o) = 0;  // PTX instruction index
  virtual uint32_t reconvergence() const = 0;         // of this instruction, PTX instruction index
  virtual void memory_site(Op& op) = 0;
  virtual uint32_t undefined_slot(const ptx::Operand& o) const = 0;                         // of a register (undefined.h), or 0
  virtual uint64_t symbol(const std::string& name, ptx::Space* space, bool* is_param) = 0;  // address or offset of a variable
  virtual void call(Op& op) = 0;
  virtual bool in_kernel() const = 0;
  virtual unsigned target_sm() const = 0;  // of the module: 80 for sm_80

  mutable unsigned operands_used = 0;  // how many of the operands the row has looked at: more are refused
  const ptx::Operand& operand(unsigned i) const {
    if (i >= in->operands.size()) refuse("too few operands");
    if (operands_used <= i) operands_used = i + 1;
    return in->operands[i];
  }
  bool take(const char* modifier);                             // consumes it if present
  int take_one(std::initializer_list<const char*> modifiers);  // index of the one present, or -1
  void ignore(std::initializer_list<const char*> modifiers);   // cache hints and the like
  void done() const;                                           // refuses what is left
  Type type(unsigned i = 0) const {
    if (i >= types.size()) refuse("it has no type");
    return types[i];
  }
};

struct Row {
  std::string name;  // "min", or with leading modifiers: "mul.wide"
  std::vector<Type> types;
  std::function<void(Builder&, Op&)> build;
  uint8_t pipe = kPipeOther;
  std::string refused = {};  // why the emulated GPU doesn't have it (yet): refused.cpp
};

// Rows of each file; put together in table.cpp.
std::vector<Row> integer_rows();
std::vector<Row> float_rows();
std::vector<Row> half_rows();
std::vector<Row> logic_rows();
std::vector<Row> move_rows();
std::vector<Row> compare_rows();
std::vector<Row> convert_rows();
std::vector<Row> memory_rows();
std::vector<Row> atomic_rows();
std::vector<Row> control_rows();
std::vector<Row> collective_rows();
std::vector<Row> video_rows();
std::vector<Row> async_copy_rows();
std::vector<Row> mbarrier_rows();
std::vector<Row> cache_rows();
std::vector<Row> refused_rows();

const Row* find_row(const ptx::Instruction& in);  // longest match of opcode + leading modifiers; nullptr if there is none
const std::vector<Row>& all_rows();

// ---- lane loops
// -------------------------------------------------------------------------------------------------------------------------------------

inline const Op* next(const Op* op) { return op + 1; }

// Stores r into d for the active lanes.
template <class T>
inline void blend(Warp& w, T* __restrict d, const T* __restrict r) {
  const uint32_t m = w.mask;
  for (unsigned i = 0; i < kLanes; i++) d[i] = (m >> i & 1) ? r[i] : d[i];
}

// d[i] = F(a[i], b[i], …) for the active lanes. F is a stateless lambda.
template <class F, class R, class A>
const Op* lanes1(Warp& w, const Op* op) {
  const A* a = w.lanes<A>(op->a);
  R* d = w.lanes<R>(op->d);
  if (__builtin_expect(w.mask == ~0u, 1)) {
#pragma GCC ivdep
    for (unsigned i = 0; i < kLanes; i++) d[i] = F{}(a[i]);
  } else {
    alignas(64) R r[kLanes];
    for (unsigned i = 0; i < kLanes; i++) r[i] = F{}(a[i]);
    blend(w, d, r);
  }
  return next(op);
}
template <class F, class R, class A, class B>
const Op* lanes2(Warp& w, const Op* op) {
  const A* a = w.lanes<A>(op->a);
  const B* b = w.lanes<B>(op->b);
  R* d = w.lanes<R>(op->d);
  if (__builtin_expect(w.mask == ~0u, 1)) {
#pragma GCC ivdep
    for (unsigned i = 0; i < kLanes; i++) d[i] = F{}(a[i], b[i]);
  } else {
    alignas(64) R r[kLanes];
    for (unsigned i = 0; i < kLanes; i++) r[i] = F{}(a[i], b[i]);
    blend(w, d, r);
  }
  return next(op);
}
template <class F, class R, class A, class B, class C>
const Op* lanes3(Warp& w, const Op* op) {
  const A* a = w.lanes<A>(op->a);
  const B* b = w.lanes<B>(op->b);
  const C* c = w.lanes<C>(op->c);
  R* d = w.lanes<R>(op->d);
  if (__builtin_expect(w.mask == ~0u, 1)) {
#pragma GCC ivdep
    for (unsigned i = 0; i < kLanes; i++) d[i] = F{}(a[i], b[i], c[i]);
  } else {
    alignas(64) R r[kLanes];
    for (unsigned i = 0; i < kLanes; i++) r[i] = F{}(a[i], b[i], c[i]);
    blend(w, d, r);
  }
  return next(op);
}

// C++ type of a PTX type's lanes.
template <Type T>
struct Native;
#define WG_NATIVE(ptx_type, cxx)  \
  template <>                     \
  struct Native<Type::ptx_type> { \
    using type = cxx;             \
  }
WG_NATIVE(b8, uint8_t);
WG_NATIVE(b16, uint16_t);
WG_NATIVE(b32, uint32_t);
WG_NATIVE(b64, uint64_t);
WG_NATIVE(u8, uint8_t);
WG_NATIVE(u16, uint16_t);
WG_NATIVE(u32, uint32_t);
WG_NATIVE(u64, uint64_t);
WG_NATIVE(s8, int8_t);
WG_NATIVE(s16, int16_t);
WG_NATIVE(s32, int32_t);
WG_NATIVE(s64, int64_t);
WG_NATIVE(f32, float);
WG_NATIVE(f64, double);
#undef WG_NATIVE
template <Type T>
using native = typename Native<T>::type;

template <Type... T>
struct Types {
  static std::vector<Type> list() { return {T...}; }
};
using Ints = Types<Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64>;
using Bits = Types<Type::b16, Type::b32, Type::b64>;
using Floats = Types<Type::f32, Type::f64>;

// Picks from(T) for the type named in the instruction: `pick<Ints>(type, []<Type T>() -> Handler { … })`.
template <Type... T, class F>
Handler pick_in(Types<T...>, Type type, F from) {
  Handler h = nullptr;
  ((type == T ? (h = from.template operator()<T>(), 0) : 0), ...);
  return h;
}
template <class List, class F>
Handler pick(Type type, F from) {
  return pick_in(List{}, type, from);
}

// An opcode that does the same in every lane, with all operands of the instruction's type. The lambda's arity is the number of sources.
template <class List, class F>
Row lanewise(const char* name, List, F, uint8_t pipe = kPipeInteger, std::initializer_list<const char*> ignored = {}) {
  std::vector<std::string> skip(ignored.begin(), ignored.end());
  return {name, List::list(),
          [skip](Builder& b, Op& op) {
            for (const auto& s : skip) b.take(s.c_str());
            b.done();
            const Type t = b.type();
            const unsigned size = ptx::size_bytes(t);
            op.run = pick<List>(t, []<Type T>() -> Handler {
              using V = native<T>;
              if constexpr (std::is_invocable_v<F, V, V, V>) return lanes3<F, V, V, V, V>;
              else if constexpr (std::is_invocable_v<F, V, V>) return lanes2<F, V, V, V>;
              else return lanes1<F, V, V>;
            });
            if (!op.run) b.refuse("not for this type");
            op.d = b.target(b.operand(0), size);
            op.a = b.source(b.operand(1), size);
            if constexpr (!std::is_invocable_v<F, uint32_t>) op.b = b.source(b.operand(2), size);
            if constexpr (std::is_invocable_v<F, uint32_t, uint32_t, uint32_t>) op.c = b.source(b.operand(3), size);
          },
          pipe};
}

// An opcode that acts on the warp as a whole.
template <class F>
Row custom(const char* name, std::vector<Type> types, F build, uint8_t pipe = kPipeOther) {
  return {name, std::move(types), build, pipe};
}

}  // namespace wg
