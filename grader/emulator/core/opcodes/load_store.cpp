// Loads and stores: ld, ldu, st. PTX ISA 9.0, sections 9.7.9.8-11. Cache hints have no effect on results and are dropped.
#include "../access_known.h"
#include "address.h"
#include "spaces.h"

namespace wg {
namespace {

// One element a lane from memory into a register, widened, or back: that of lane i lies at `at` + pattern.delta[i]. A pattern's shape is of
// use only if the element is `all` that a lane accesses.
template <class E, class R>
inline void load_lanes(const Warp& w, const uint8_t* at, const Pattern& p, bool all, R* d) {
  if constexpr (sizeof(E) == 4 && sizeof(R) == 4) {
    if (all) return load_words(d, at, p, w.mask);
    if (w.mask == ~0u) return gather_words(d, at, p.delta);
  }
  using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
  const auto fetch = [](const uint8_t* from) {
    E e;
    std::memcpy(&e, from, sizeof(E));
    return R(Wide(e));
  };
  if (w.mask == ~0u && all && p.shape == Pattern::Shape::run) {
    for (unsigned i = 0; i < kLanes; i++) d[i] = fetch(at + i * sizeof(E));
  } else if (w.mask == ~0u && p.shape == Pattern::Shape::broadcast) {
    const R r = fetch(at);
    for (unsigned i = 0; i < kLanes; i++) d[i] = r;
  } else {
    for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = fetch(at + p.delta[first_lane(m)]);
  }
}
template <class E, class R>
inline void store_lanes(const Warp& w, uint8_t* at, const Pattern& p, bool all, const R* s) {
  if constexpr (sizeof(E) == 4 && sizeof(R) == 4)
    if (all) return store_words(at, s, p, w.mask);
  if (w.mask == ~0u && all && p.shape == Pattern::Shape::run) {
    for (unsigned i = 0; i < kLanes; i++) {
      const E e = E(s[i]);
      std::memcpy(at + i * sizeof(E), &e, sizeof(E));
    }
  } else {
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const E e = E(s[first_lane(m)]);
      std::memcpy(at + p.delta[first_lane(m)], &e, sizeof(E));
    }
  }
}

// The same for lanes anywhere: lane i's element lies at address[i].
template <class E, class R>
inline void load_each(const Warp& w, const uint64_t* address, R* d) {
  using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
  for (uint32_t m = w.mask; m; m &= m - 1) {
    E e;
    std::memcpy(&e, reinterpret_cast<const void*>(address[first_lane(m)]), sizeof(E));
    d[first_lane(m)] = R(Wide(e));
  }
}
template <class E, class R>
inline void store_each(const Warp& w, const uint64_t* address, const R* s) {
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const E e = E(s[first_lane(m)]);
    std::memcpy(reinterpret_cast<void*>(address[first_lane(m)]), &e, sizeof(E));
  }
}

// f(registers of component k of a vector, where its elements lie behind the lanes' addresses). A sink in place of a register is left out.
template <class E, class F>
[[gnu::always_inline]] inline void components(const Warp& w, const Op* op, F f) {
  if (op->count == 1) {
    f(op->d, 0u);
    return;
  }
  const Extra& e = w.frame->code->extras[op->extra];
  for (unsigned k = 0; k < op->count; k++)
    if (e.widths[k]) f(e.registers[k], unsigned(k * sizeof(E)));
}
template <class E, class F>
inline void components_of_each(const Warp& w, const Op* op, const uint64_t* address, F f) {
  components<E>(w, op, [&](uint32_t r, unsigned behind) {
    uint64_t moved[kLanes];
    for (unsigned i = 0; i < kLanes; i++) moved[i] = address[i] + behind;
    f(r, moved);
  });
}

inline uint8_t* shared_at(const Warp& w, uint32_t address) { return w.block->shared.data() + address; }
inline uint8_t* global_at(uint64_t address) { return reinterpret_cast<uint8_t*>(address); }

// The short way, once for all types.
[[gnu::noinline]] const Pattern* remembered_global(Warp& w, const Op* op, Direction direction, uint64_t* base) {
  return known_global(w, op, direction, base);
}
[[gnu::noinline]] const Pattern* remembered_shared(Warp& w, const Op* op, Direction direction, uint32_t* base, const StoreValues* values) {
  return known_shared(w, op, direction, base, values);
}

template <class E, class R>
struct Load {
  static unsigned bytes(const Op* op) { return unsigned(sizeof(E)) * op->count; }
  static void move(Warp& w, const Op* op, const uint8_t* at, const Pattern& p) {
    components<E>(w, op, [&](uint32_t r, unsigned behind) { load_lanes<E>(w, at + behind, p, op->count == 1, w.lanes<R>(r)); });
  }
  static void move_each(Warp& w, const Op* op, const uint64_t* address) {
    components_of_each<E>(w, op, address, [&](uint32_t r, const uint64_t* at) { load_each<E>(w, at, w.lanes<R>(r)); });
  }

  static bool global_known(Warp& w, const Op* op) {
    uint64_t base;
    const Pattern* p = remembered_global(w, op, Direction::load, &base);
    if (p) move(w, op, global_at(base), *p);
    return p;
  }
  static bool global(Warp& w, const Op* op, const uint64_t* address) {
    const Pattern* p = access_global(w, op, address, bytes(op), Direction::load);
    if (!p) return false;
    if (p->mask) move(w, op, global_at(address[first_lane(w.mask)]), *p);
    else move_each(w, op, address);
    return true;
  }
  static bool shared_known(Warp& w, const Op* op) {
    uint32_t base;
    const Pattern* p = remembered_shared(w, op, Direction::load, &base, nullptr);
    if (p) move(w, op, shared_at(w, base), *p);
    return p;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    const Pattern* p = access_shared(w, op, address, bytes(op), Direction::load);
    if (p) move(w, op, shared_at(w, address[first_lane(w.mask)]), *p);
    return p;
  }
  static bool local(Warp& w, const Op* op, const uint64_t* offset) {
    if (!access_local(w, op, offset, bytes(op), Direction::load)) return false;
    uint64_t at[kLanes];
    local_addresses(w, offset, at);
    move_each(w, op, at);
    return true;
  }
  static void local_addresses(const Warp& w, const uint64_t* offset, uint64_t* at) {
    const size_t lane_bytes = w.local.size() / kLanes;
    for (unsigned i = 0; i < kLanes; i++) at[i] = reinterpret_cast<uint64_t>(w.local.data()) + offset[i] + i * lane_bytes;
  }
};

template <class E, class R>
struct Store {
  static unsigned bytes(const Op* op) { return unsigned(sizeof(E)) * op->count; }
  static void move(Warp& w, const Op* op, uint8_t* at, const Pattern& p) {
    components<E>(w, op, [&](uint32_t r, unsigned behind) { store_lanes<E>(w, at + behind, p, op->count == 1, w.lanes<R>(r)); });
  }
  static void move_each(Warp& w, const Op* op, const uint64_t* address) {
    components_of_each<E>(w, op, address, [&](uint32_t r, const uint64_t* at) { store_each<E>(w, at, w.lanes<R>(r)); });
  }
  static StoreValues values(const Warp& w, const Op* op) {
    StoreValues values{{}, sizeof(E), sizeof(R)};
    if (op->count == 1) values.component[0] = w.registers + op->d;
    else
      for (unsigned k = 0; k < op->count; k++) values.component[k] = w.registers + w.frame->code->extras[op->extra].registers[k];
    return values;
  }

  static bool global_known(Warp& w, const Op* op) {
    uint64_t base;
    const Pattern* p = remembered_global(w, op, Direction::store, &base);
    if (p) move(w, op, global_at(base), *p);
    return p;
  }
  static bool global(Warp& w, const Op* op, const uint64_t* address) {
    const Pattern* p = access_global(w, op, address, bytes(op), Direction::store);
    if (!p) return false;
    if (p->mask) move(w, op, global_at(address[first_lane(w.mask)]), *p);
    else move_each(w, op, address);
    return true;
  }
  static bool shared_known(Warp& w, const Op* op) {
    uint32_t base;
    const StoreValues stored = values(w, op);
    const Pattern* p = remembered_shared(w, op, Direction::store, &base, &stored);
    if (p) move(w, op, shared_at(w, base), *p);
    return p;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    const StoreValues stored = values(w, op);
    const Pattern* p = access_shared(w, op, address, bytes(op), Direction::store, &stored);
    if (p) move(w, op, shared_at(w, address[first_lane(w.mask)]), *p);
    return p;
  }
  static bool local(Warp& w, const Op* op, const uint64_t* offset) {
    if (!access_local(w, op, offset, bytes(op), Direction::store)) return false;
    uint64_t at[kLanes];
    Load<E, R>::local_addresses(w, offset, at);
    move_each(w, op, at);
    return true;
  }
};

// The commonest of all: one word a lane, in the short way (access_known.h). Everything is inlined here, nothing goes through memory.
template <bool IsStore>
const Op* word_global(Warp& w, const Op* op) {
  uint64_t at;
  const Pattern* p = known_global(w, op, IsStore ? Direction::store : Direction::load, &at);
  if (__builtin_expect(!p, 0)) return in_global<std::conditional_t<IsStore, Store<uint32_t, uint32_t>, Load<uint32_t, uint32_t>>>(w, op);
  if constexpr (IsStore) store_words(global_at(at), w.lanes<uint32_t>(op->d), *p, w.mask);
  else load_words(w.lanes<uint32_t>(op->d), global_at(at), *p, w.mask);
  return next(op);
}
template <bool IsStore>
const Op* word_shared(Warp& w, const Op* op) {
  uint32_t at;
  StoreValues values;
  if constexpr (IsStore) values = {{w.registers + op->d}, 4, 4};
  const Pattern* p = known_shared(w, op, IsStore ? Direction::store : Direction::load, &at, IsStore ? &values : nullptr);
  if (__builtin_expect(!p, 0)) return in_shared<std::conditional_t<IsStore, Store<uint32_t, uint32_t>, Load<uint32_t, uint32_t>>>(w, op);
  if constexpr (IsStore) store_words(shared_at(w, at), w.lanes<uint32_t>(op->d), *p, w.mask);
  else load_words(w.lanes<uint32_t>(op->d), shared_at(w, at), *p, w.mask);
  return next(op);
}

// Kernel parameters are the same for all lanes; a function's lie in its frame.
template <class E, class R>
const Op* load_kernel_param(Warp& w, const Op* op) {
  using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
  const Launch& launch = *w.worker->launch;
  if (!op->a && op->count == 1 && uint64_t(op->imm) + sizeof(E) <= launch.info->param_bytes) {
    E e;
    std::memcpy(&e, launch.params + op->imm, sizeof(E));
    alignas(64) R r[kLanes];
    for (unsigned i = 0; i < kLanes; i++) r[i] = R(Wide(e));
    blend(w, w.lanes<R>(op->d), r);
    return next(op);
  }
  const Extra* extra = op->count == 1 ? nullptr : &w.frame->code->extras[op->extra];
  for (unsigned k = 0; k < op->count; k++) {
    R* d = w.lanes<R>(extra ? extra->registers[k] : op->d);
    if (extra && !extra->widths[k]) continue;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      uint64_t at = uint64_t(op->imm) + k * sizeof(E);
      if (op->a) at += w.lanes<uint64_t>(op->a)[i];
      if (at > launch.info->param_bytes || sizeof(E) > launch.info->param_bytes - at) {
        report(w, "OOB_READ", op->site, i, "Invalid read of a kernel parameter: the index runs past the parameter's end");
        return fault(w, 700);
      }
      E e;
      std::memcpy(&e, launch.params + at, sizeof(E));
      d[i] = R(Wide(e));
    }
  }
  return next(op);
}
template <class E, class R, bool IsStore>
const Op* frame_param(Warp& w, const Op* op) {
  const uint32_t bytes = w.frame->code->param_bytes;
  const Extra* extra = op->count == 1 ? nullptr : &w.frame->code->extras[op->extra];
  for (unsigned k = 0; k < op->count; k++) {
    R* r = w.lanes<R>(extra ? extra->registers[k] : op->d);
    if (extra && !extra->widths[k]) continue;
    for (uint32_t m = w.mask; m; m &= m - 1) {
      const unsigned i = first_lane(m);
      uint64_t at = uint64_t(op->imm) + k * sizeof(E);
      if (op->a) at += w.lanes<uint64_t>(op->a)[i];
      if (at > bytes || sizeof(E) > bytes - at) {
        report(w, IsStore ? "OOB_WRITE" : "OOB_READ", op->site, i,
               "Invalid access to a function parameter: the index runs past the parameter's end");
        return fault(w, 700);
      }
      uint8_t* p = w.frame->params.data() + size_t(i) * bytes + at;
      if constexpr (IsStore) {
        const E e = E(r[i]);
        std::memcpy(p, &e, sizeof(E));
      } else {
        E e;
        std::memcpy(&e, p, sizeof(E));
        using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
        r[i] = R(Wide(e));
      }
    }
  }
  return next(op);
}

enum Where { kGeneric, kGlobal, kShared, kLocal, kConst, kParam };

template <class E, class R>
Handler load_from(Where where, bool kernel_param) {
  using A = Load<E, R>;
  switch (where) {
    case kGeneric: return in_generic<A>;
    case kGlobal:
    case kConst: return in_global_known<A>;
    case kShared: return in_shared_known<A>;
    case kLocal: return in_local<A>;
    case kParam: return kernel_param ? load_kernel_param<E, R> : frame_param<E, R, false>;
  }
  return nullptr;
}
template <class E, class R>
Handler store_to(Where where) {
  using A = Store<E, R>;
  switch (where) {
    case kGeneric: return in_generic<A>;
    case kGlobal: return in_global_known<A>;
    case kShared: return in_shared_known<A>;
    case kLocal: return in_local<A>;
    case kParam: return frame_param<E, R, true>;
    default: return nullptr;
  }
}

// Element type × register width -> handler.
template <bool IsStore>
Handler choose(Type t, unsigned width, Where where, bool kernel_param) {
  auto with = [&]<class E>() -> Handler {
    auto pair = [&]<class R>() -> Handler {
      if constexpr (sizeof(R) < sizeof(E)) return nullptr;
      else if constexpr (IsStore) return store_to<E, R>(where);
      else return load_from<E, R>(where, kernel_param);
    };
    return width == 2   ? pair.template operator()<uint16_t>()
           : width == 4 ? pair.template operator()<uint32_t>()
           : width == 8 ? pair.template operator()<uint64_t>()
                        : nullptr;
  };
  switch (t) {
    case Type::b8:
    case Type::u8: return with.template operator()<uint8_t>();
    case Type::s8: return IsStore ? with.template operator()<uint8_t>() : with.template operator()<int8_t>();
    case Type::b16:
    case Type::u16:
    case Type::f16:
    case Type::bf16: return with.template operator()<uint16_t>();
    case Type::s16: return IsStore ? with.template operator()<uint16_t>() : with.template operator()<int16_t>();
    case Type::b32:
    case Type::u32:
    case Type::f32:
    case Type::f16x2:
    case Type::bf16x2: return with.template operator()<uint32_t>();
    case Type::s32: return IsStore ? with.template operator()<uint32_t>() : with.template operator()<int32_t>();
    case Type::b64:
    case Type::u64:
    case Type::s64:
    case Type::f64: return with.template operator()<uint64_t>();
    default: return nullptr;
  }
}

template <bool IsStore>
void build(Builder& b, Op& op) {
  using Kind = ptx::Operand::Kind;
  op.flags = memory_order(b, 0);
  if (op.flags & (IsStore ? kAcquire : kRelease)) b.refuse("loads acquire, stores release");
  cache_hints(b, 2);
  b.ignore({"nc", "uniform"});
  const int space = b.take_one({"global", "shared", "local", "const", "param", "shared::cta", "param::entry", "param::func"});
  const int vector = b.take_one({"v2", "v4"});
  b.done();
  Where where = space < 0                  ? kGeneric
                : space == 0               ? kGlobal
                : space == 1 || space == 5 ? kShared
                : space == 2               ? kLocal
                : space == 3               ? kConst
                                           : kParam;
  const Type t = b.type();
  const ptx::Operand& value = b.operand(IsStore ? 1 : 0);
  const ptx::Operand& address = b.operand(IsStore ? 0 : 1);
  if (address.kind != Kind::address || address.operands.size() != 1) b.refuse("its address is not of the form [a+offset]");
  const unsigned element = ptx::size_bytes(t) ? ptx::size_bytes(t) : 0;
  op.bytes = uint8_t(element);
  op.count = uint8_t(vector < 0 ? 1 : vector == 0 ? 2 : 4);
  if (op.count * element > 16) b.refuse("accesses of more than 16 bytes are sm_100's");

  // the register(s)
  unsigned width = 0;
  auto one = [&](const ptx::Operand& o) -> uint32_t {
    unsigned bytes = 0;
    const uint32_t r = IsStore ? (o.kind == Kind::reg || o.kind == Kind::special ? b.source_any(o, &bytes)
                                                                                 : b.source(o, bytes = element < 2 ? 2 : element))
                               : b.target_any(o, &bytes);
    if (bytes) {
      if (width && width != bytes) b.refuse("a vector of registers of different widths");
      width = bytes;
    }
    return r;
  };
  if (op.count > 1) {
    if (value.kind != Kind::vector || value.operands.size() != op.count) b.refuse("a vector access needs as many registers");
    std::vector<uint32_t> registers;
    std::vector<uint8_t> wanted;
    for (const auto& o : value.operands) {
      registers.push_back(o.kind == Kind::sink ? 0 : one(o));
      wanted.push_back(o.kind != Kind::sink);
    }
    Extra& e = b.extra(op);
    e.registers = std::move(registers);
    e.widths = std::move(wanted);
  } else {
    op.d = one(value.kind == Kind::vector && value.operands.size() == 1 ? value.operands[0] : value);
  }

  // the address
  const ptx::Operand& base = address.operands[0];
  if (where == kParam) {
    op.imm = address.offset;
    if (base.kind == Kind::symbol) {
      ptx::Space in = ptx::Space::param;
      bool is_param = false;
      op.imm += int64_t(b.symbol(base.name, &in, &is_param));
      op.a = 0;
      const bool kernel = is_param && b.in_kernel();
      if (IsStore && kernel) b.refuse("kernel parameters can't be written");
      op.run = choose<IsStore>(t, width, where, kernel);
    } else {
      op.a = b.source(base, 8);
      op.run = choose<IsStore>(t, width, where, b.in_kernel() && !IsStore);
    }
  } else {
    address_operand(b, op, address, where == kShared);
    if (where == kConst) op.flags |= kConstant;
    if (IsStore) op.c = width;  // from lane to lane, for who looks at the values
    op.run = choose<IsStore>(t, width, where, false);
    b.memory_site(op);
  }
  if (!op.run) b.refuse("this type and register width is not emulated");
  if (element == 4 && width == 4 && op.count == 1) {
    if (where == kGlobal || where == kConst) op.run = word_global<IsStore>;
    if (where == kShared) op.run = word_shared<IsStore>;
  }
}

const std::vector<Type> kLoadable = {Type::b8,  Type::b16, Type::b32, Type::b64, Type::u8,  Type::u16, Type::u32,
                                     Type::u64, Type::s8,  Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};

}  // namespace

std::vector<Row> memory_rows() {
  return {custom("ld", kLoadable, build<false>, kPipeMemory), custom("ldu", kLoadable, build<false>, kPipeMemory),
          custom("st", kLoadable, build<true>, kPipeMemory)};
}

}  // namespace wg
