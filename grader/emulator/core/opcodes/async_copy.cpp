// Asynchronous copies from global to shared memory: cp.async and its groups. PTX ISA 9.0, section 9.7.9.25.
#include "../async_copies.h"

#include "address.h"

namespace wg {
namespace {

enum CopyFlags : uint16_t { kHasSize = 1, kHasIgnore = 2, kWideTarget = 4 };  // in Extra::widths[0]

// op: the source's address and the size; op->d: offset of the destination; extra: registers = its base, source size, "ignore" predicate.
const Op* copy(Warp& w, const Op* op) {
  const Extra& e = w.frame->code->extras[op->extra];
  const unsigned how = e.widths[0];
  PendingCopy c{};
  c.op = op;
  c.lanes = w.mask;
  alignas(64) uint64_t from[kLanes];
  lane_addresses(w, op, from);
  uint32_t partial = 0;
  for (unsigned i = 0; i < kLanes; i++) {
    const uint64_t base = how & kWideTarget ? w.lanes<uint64_t>(e.registers[0])[i] : w.lanes<uint32_t>(e.registers[0])[i];
    const uint64_t to = base + op->d;
    c.to[i] = to > 0xffffffffu ? 0xffffffffu : uint32_t(to);
    c.from[i] = from[i];
    c.bytes[i] = op->bytes;
    if (how & kHasSize) c.bytes[i] = uint8_t(std::min<uint32_t>(w.lanes<uint32_t>(e.registers[1])[i], op->bytes));
    if (how & kHasIgnore && w.predicate(e.registers[2]) >> i & 1) c.bytes[i] = 0;
    partial |= uint32_t(c.bytes[i] != op->bytes) << i;
  }
  if (!check_shared(w, op, c.to.data(), op->bytes, Direction::store)) return nullptr;
  // Lanes that read less, or nothing, are looked at apart: what they don't read need not exist.
  const uint32_t all = w.mask;
  bool good = true;
  if ((w.mask = all & ~partial)) good = access_global(w, op, from, op->bytes, Direction::load) != nullptr;
  for (uint32_t left = all & partial; good && left;) {
    const uint8_t bytes = c.bytes[first_lane(left)];
    uint32_t same = 0;
    for (uint32_t m = left; m; m &= m - 1) same |= uint32_t(c.bytes[first_lane(m)] == bytes) << first_lane(m);
    w.mask = same;
    left &= ~same;
    if (bytes) good = access_global(w, op, from, bytes, Direction::load) != nullptr;
  }
  w.mask = all;
  if (!good) return nullptr;
  if (w.block->copies_in_flight) touches_copies(w, op, c.to.data(), op->bytes, false);
  start_copy(w, std::move(c));
  return next(op);
}
const Op* commit(Warp& w, const Op* op) {
  commit_copies(w);
  return next(op);
}
const Op* await_groups(Warp& w, const Op* op) { return await_copies(w, uint32_t(op->imm), false) ? next(op) : nullptr; }
const Op* await_all(Warp& w, const Op* op) { return await_copies(w, 0, true) ? next(op) : nullptr; }

// cp.async.{ca,cg}.shared.global [to], [from], size {, bytes to read | ignore} {, policy}
void build_copy(Builder& b, Op& op) {
  using Kind = ptx::Operand::Kind;
  b.take("async");
  const bool bypasses = b.take("cg");
  b.take("ca");
  if (!b.take("shared") && !b.take("shared::cta")) b.refuse("the copy's destination is not shared memory");
  if (!b.take("global")) b.refuse("the copy's source is not global memory");
  const bool has_policy = b.take("L2::cache_hint");
  b.ignore({"L2::64B", "L2::128B", "L2::256B"});
  b.done();
  Op to;
  address_operand(b, to, b.operand(0));
  address_operand(b, op, b.operand(1));
  const ptx::Operand& size = b.operand(2);
  if (size.kind != Kind::immediate || (size.bits != 16 && (bypasses || (size.bits != 4 && size.bits != 8))))
    b.refuse(bypasses ? "a copy by .cg moves 16 bytes" : "a copy moves 4, 8 or 16 bytes");
  op.bytes = uint8_t(size.bits);
  op.d = uint32_t(to.imm);
  unsigned how = to.flags & kWideAddress ? kWideTarget : 0, read = 0, ignored = 0;
  const size_t operands = b.in->operands.size() - (has_policy ? 1 : 0);
  if (operands > 3) {
    const ptx::Operand& o = b.operand(3);
    unsigned bytes = 4;
    const uint32_t at = o.kind == Kind::reg ? b.source_any(o, &bytes) : b.source(o, 4);
    if (bytes != 1 && bytes != 4) b.refuse("the number of bytes to read has 32 bits");
    how |= bytes == 1 ? kHasIgnore : kHasSize;
    (bytes == 1 ? ignored : read) = at;
  }
  if (has_policy) b.source(b.operand(unsigned(operands)), 8);
  Extra& e = b.extra(op);
  e.registers = {to.a, read, ignored};
  e.widths = {uint8_t(how)};
  op.run = copy;
  b.memory_site(op);
}

template <Handler H>
Row simple(const char* name, const char* last, bool counted) {
  return custom(
      name, {},
      [last, counted](Builder& b, Op& op) {
        b.take("async");
        b.take(last);
        b.done();
        op.run = H;
        if (!counted) return;
        if (b.operand(0).kind != ptx::Operand::Kind::immediate) b.refuse("the number of groups must be a constant");
        op.imm = int64_t(b.operand(0).bits);
      },
      kPipeMemory);
}

}  // namespace

std::vector<Row> async_copy_rows() {
  return {custom("cp.async.ca", {}, build_copy, kPipeMemory), custom("cp.async.cg", {}, build_copy, kPipeMemory),
          simple<commit>("cp.async.commit_group", "commit_group", false), simple<await_groups>("cp.async.wait_group", "wait_group", true),
          simple<await_all>("cp.async.wait_all", "wait_all", false)};
}

}  // namespace wg
