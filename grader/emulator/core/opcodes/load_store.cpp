// Loads and stores: ld, ldu, st. PTX ISA 9.0, sections 9.7.9.8-11. Cache hints have no effect on results and are dropped.
#include "address.h"
#include "spaces.h"

namespace wg {
namespace {

// Moves one element a lane from memory into a register, widening it. `base` is added to the lanes' addresses (0 for global memory: they are
// whole). `pattern` tells how lanes lie (nullptr: anyhow); runs are of use only if the element is all that a lane accesses.
template <class E, class R, class Address>
inline void gather(const Warp& w, uint64_t base, const Address* address, const Pattern* pattern, bool whole, R* d) {
  using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
  const auto fetch = [&](uint64_t at) {
    E e;
    std::memcpy(&e, reinterpret_cast<const void*>(base + at), sizeof(E));
    return R(Wide(e));
  };
  if (pattern && pattern->regular && (whole || !pattern->runs)) {
    for (unsigned s = 0; s < kSegments; s++) {
      R* to = d + s * kSegmentLanes;
      const uint64_t at = address[s * kSegmentLanes];
      if (pattern->runs >> s & 1) {
        for (unsigned i = 0; i < kSegmentLanes; i++) to[i] = fetch(at + i * sizeof(E));
      } else {
        const R r = fetch(at);
        for (unsigned i = 0; i < kSegmentLanes; i++) to[i] = r;
      }
    }
  } else if (w.mask == ~0u) {
    for (unsigned i = 0; i < kLanes; i++) d[i] = fetch(address[i]);
  } else {
    for (uint32_t m = w.mask; m; m &= m - 1) d[first_lane(m)] = fetch(address[first_lane(m)]);
  }
}
template <class E, class R, class Address>
inline void scatter(const Warp& w, uint64_t base, const Address* address, const Pattern* pattern, bool whole, const R* s) {
  if (pattern && pattern->regular && whole && pattern->runs == (1u << kSegments) - 1) {
    for (unsigned g = 0; g < kSegments; g++) {
      E run[kSegmentLanes];
      for (unsigned i = 0; i < kSegmentLanes; i++) run[i] = E(s[g * kSegmentLanes + i]);
      std::memcpy(reinterpret_cast<void*>(base + address[g * kSegmentLanes]), run, sizeof run);
    }
    return;
  }
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    const E e = E(s[i]);
    std::memcpy(reinterpret_cast<void*>(base + address[i]), &e, sizeof(E));
  }
}

// A vector's components: f(registers of component k, lanes' addresses moved on by k elements, component is wanted).
template <class E, class Address, class F>
inline void components(const Warp& w, const Op* op, const Address* address, F f) {
  if (op->count == 1) {
    f(op->d, address, true);
    return;
  }
  const Extra& e = w.frame->code->extras[op->extra];
  Address moved[kLanes];
  for (unsigned k = 0; k < op->count; k++) {
    for (unsigned i = 0; i < kLanes; i++) moved[i] = address[i] + Address(k * sizeof(E));
    f(e.registers[k], moved, e.widths[k] != 0);
  }
}

template <class E, class R>
struct Load {
  static bool global(Warp& w, const Op* op, const uint64_t* address) {
    const Pattern* p = access_global(w, op, address, sizeof(E) * op->count, Direction::load);
    if (!p) return false;
    components<E>(w, op, address, [&](uint32_t r, const uint64_t* at, bool wanted) {
      if (wanted) gather<E>(w, 0, at, p, op->count == 1, w.lanes<R>(r));
    });
    return true;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    const Pattern* p = access_shared(w, op, address, sizeof(E) * op->count, Direction::load);
    if (!p) return false;
    const uint64_t base = reinterpret_cast<uint64_t>(w.block->shared.data());
    components<E>(w, op, address, [&](uint32_t r, const uint32_t* at, bool wanted) {
      if (wanted) gather<E>(w, base, at, p, op->count == 1, w.lanes<R>(r));
    });
    return true;
  }
  static bool local(Warp& w, const Op* op, const uint64_t* offset) {
    if (!access_local(w, op, offset, sizeof(E) * op->count, Direction::load)) return false;
    const size_t lane_bytes = w.local.size() / kLanes;
    uint64_t at[kLanes];
    for (unsigned i = 0; i < kLanes; i++) at[i] = offset[i] + i * lane_bytes;
    components<E>(w, op, at, [&](uint32_t r, const uint64_t* a, bool wanted) {
      if (wanted) gather<E>(w, reinterpret_cast<uint64_t>(w.local.data()), a, nullptr, false, w.lanes<R>(r));
    });
    return true;
  }
};

template <class E, class R>
struct Store {
  static bool global(Warp& w, const Op* op, const uint64_t* address) {
    const Pattern* p = access_global(w, op, address, sizeof(E) * op->count, Direction::store);
    if (!p) return false;
    components<E>(w, op, address, [&](uint32_t r, const uint64_t* at, bool) { scatter<E>(w, 0, at, p, op->count == 1, w.lanes<R>(r)); });
    mark_written(w, address, *p, sizeof(E) * op->count);
    return true;
  }
  static bool shared(Warp& w, const Op* op, const uint32_t* address) {
    StoreValues values{address, {}, sizeof(E), sizeof(R), uint32_t(sizeof(E) * op->count)};
    if (op->count == 1) values.component[0] = w.registers + op->d;
    else
      for (unsigned k = 0; k < op->count; k++) values.component[k] = w.registers + w.frame->code->extras[op->extra].registers[k];
    const Pattern* p = access_shared(w, op, address, sizeof(E) * op->count, Direction::store, &values);
    if (!p) return false;
    const uint64_t base = reinterpret_cast<uint64_t>(w.block->shared.data());
    components<E>(w, op, address, [&](uint32_t r, const uint32_t* at, bool) { scatter<E>(w, base, at, p, op->count == 1, w.lanes<R>(r)); });
    return true;
  }
  static bool local(Warp& w, const Op* op, const uint64_t* offset) {
    if (!access_local(w, op, offset, sizeof(E) * op->count, Direction::store)) return false;
    const size_t lane_bytes = w.local.size() / kLanes;
    uint64_t at[kLanes];
    for (unsigned i = 0; i < kLanes; i++) at[i] = offset[i] + i * lane_bytes;
    components<E>(w, op, at, [&](uint32_t r, const uint64_t* a, bool) {
      scatter<E>(w, reinterpret_cast<uint64_t>(w.local.data()), a, nullptr, false, w.lanes<R>(r));
    });
    return true;
  }
};

// Kernel parameters are the same for all lanes; a function's lie in its frame.
template <class E, class R>
const Op* load_kernel_param(Warp& w, const Op* op) {
  const Launch& launch = *w.worker->launch;
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
      using Wide = std::conditional_t<std::is_signed_v<E>, std::make_signed_t<R>, R>;
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
    case kConst: return in_global<A>;
    case kShared: return in_shared<A>;
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
    case kGlobal: return in_global<A>;
    case kShared: return in_shared<A>;
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
    address_operand(b, op, address);
    if (where == kConst) op.flags |= kConstant;
    op.run = choose<IsStore>(t, width, where, false);
    b.memory_site(op);
  }
  if (!op.run) b.refuse("this type and register width is not emulated");
}

const std::vector<Type> kLoadable = {Type::b8,  Type::b16, Type::b32, Type::b64, Type::u8,  Type::u16, Type::u32,
                                     Type::u64, Type::s8,  Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};

}  // namespace

std::vector<Row> memory_rows() {
  return {custom("ld", kLoadable, build<false>, kPipeMemory), custom("ldu", kLoadable, build<false>, kPipeMemory),
          custom("st", kLoadable, build<true>, kPipeMemory)};
}

}  // namespace wg
