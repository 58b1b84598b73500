// What instructions that access memory have in common: the operand [a+offset], and what they say about the order of memory.
#pragma once
#include "../access_ops.h"

namespace wg {

// [base + offset] -> op.a, op.imm and kWideAddress. in_shared: the address of a variable needs 32 bits only, as most in registers there.
inline void address_operand(Builder& b, Op& op, const ptx::Operand& address, bool in_shared = false) {
  using Kind = ptx::Operand::Kind;
  if (address.kind != Kind::address || address.operands.size() != 1) b.refuse("its address is not of the form [a+offset]");
  const ptx::Operand& base = address.operands[0];
  op.imm = address.offset;
  op.flags |= kWideAddress;
  if (base.kind == Kind::symbol) {
    ptx::Space in = ptx::Space::global;
    bool is_param = false;
    const uint64_t at = b.symbol(base.name, &in, &is_param);
    if (is_param) b.refuse("the address of a parameter does not fit here");
    if (in == ptx::Space::local || in == ptx::Space::reg) {  // depends on the frame, or on the kernel that calls
      op.a = b.source(base, 8);
    } else {
      op.imm += int64_t(at);
      op.a = b.constant(0, in_shared ? 4 : 8);
      if (in_shared) op.flags &= uint16_t(~kWideAddress);
    }
  } else if (base.kind == Kind::immediate) {
    op.imm += int64_t(base.bits);
    op.a = b.constant(0, 8);
  } else {
    unsigned bytes = 0;
    op.a = b.source_any(base, &bytes);
    if (bytes == 4) op.flags &= uint16_t(~kWideAddress);
    else if (bytes != 8) b.refuse("addresses are 32 or 64 bits wide");
  }
}

// .weak, .volatile, .relaxed, .acquire, … with a scope -> MemoryFlags. `if_silent`: what holds if it says nothing.
inline uint16_t memory_order(Builder& b, uint16_t if_silent) {
  const bool is_volatile = b.take("volatile"), mapped = b.take("mmio");
  const int order = b.take_one({"weak", "relaxed", "acquire", "release", "acq_rel"});
  const int scope = b.take_one({"cta", "cluster", "gpu", "sys"});
  if (is_volatile) return kStrong | kVolatile | kScopeSystem;  // as relaxed, seen by everybody
  if (order == 0) return 0;
  if (order < 0 && scope < 0) return mapped ? uint16_t(kStrong | kScopeSystem) : if_silent;
  constexpr uint16_t kOrders[] = {kStrong, kStrong | kAcquire, kStrong | kRelease, kStrong | kAcquire | kRelease};
  constexpr uint16_t kScopes[] = {kScopeBlock, kScopeBlock, kScopeGpu, kScopeSystem};  // a cluster is one block here
  return uint16_t((order < 0 ? uint16_t(kStrong) : kOrders[order - 1]) | (scope < 0 ? uint16_t(kScopeGpu) : kScopes[scope]));
}

// .L1::…, .L2::… and the old .ca, .cg, …: hints, which change no result. A policy is an operand behind the others, `at`.
inline void cache_hints(Builder& b, unsigned at) {
  if (b.take("L2::cache_hint")) b.source(b.operand(at), 8);
  b.ignore({"ca", "cg", "cs", "lu", "cv", "wb", "wt", "L1::evict_normal", "L1::evict_unchanged", "L1::evict_first", "L1::evict_last",
            "L1::no_allocate", "L2::evict_normal", "L2::evict_first", "L2::evict_last", "L2::64B", "L2::128B", "L2::256B"});
}

}  // namespace wg
