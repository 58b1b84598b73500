// What only concerns caches, or a machine that has more than we do: prefetch, discard, policies, … They change no result here.
// PTX ISA 9.0, sections 9.7.9.15-19, 9.7.13.13, 9.7.19.
#include "address.h"

namespace wg {
namespace {

const Op* nothing(Warp&, const Op* op) { return next(op); }

// `operands` addresses or values that are looked at and not used.
Row without_effect(const char* name, std::vector<const char*> modifiers, std::vector<const char*> operands) {
  return custom(name, {}, [=](Builder& b, Op& op) {
    for (const char* m : modifiers) b.take(m);
    b.done();
    for (unsigned i = 0; i < operands.size(); i++) {
      const std::string kind = operands[i];
      const auto& o = b.operand(i);
      if (kind == "address") address_operand(b, op, o);
      else if (o.kind != ptx::Operand::Kind::immediate) b.refuse("an operand must be a constant");
    }
    op = Op{};
    op.run = nothing;
  });
}

// createpolicy: any 64 bits will do.
void build_policy(Builder& b, Op& op) {
  static constexpr auto zero = [](uint64_t a) { return a; };
  const bool range = b.take("range"), fractional = b.take("fractional"), convert = b.take("cvt");
  if (convert) b.take("L2");
  b.take("global");
  for (const char* m : {"L2::evict_last", "L2::evict_normal", "L2::evict_first", "L2::evict_unchanged"}) b.ignore({m});
  b.done();
  if (b.type() != Type::b64) b.refuse("not for this type");
  op.d = b.target(b.operand(0), 8);
  if (range) {
    Op unused;
    address_operand(b, unused, b.operand(1));
  }
  for (unsigned i = range ? 2 : 1; i < b.in->operands.size(); i++) {
    unsigned bytes = 0;
    b.source_any(b.operand(i), &bytes);
  }
  if (!range && !fractional && !convert) b.refuse("unknown policy");
  op.a = b.constant(0, 8);
  op.run = lanes1<decltype(zero), uint64_t, uint64_t>;
}

}  // namespace

std::vector<Row> cache_rows() {
  return {
      without_effect("prefetch", {"global", "local", "L1", "L2", "L2::evict_last", "L2::evict_normal"}, {"address"}),
      without_effect("prefetchu", {"L1"}, {"address"}),
      without_effect("discard", {"global", "L2"}, {"address", "constant"}),
      without_effect("applypriority", {"global", "L2::evict_normal"}, {"address", "constant"}),
      without_effect("griddepcontrol", {"launch_dependents", "wait"}, {}),
      without_effect("pmevent", {"mask"}, {"constant"}),
      custom("setmaxnreg", {Type::u32},
             [](Builder& b, Op& op) {
               for (const char* m : {"inc", "dec", "sync", "aligned"}) b.take(m);
               b.done();
               if (b.operand(0).kind != ptx::Operand::Kind::immediate) b.refuse("an operand must be a constant");
               op.run = nothing;
             }),
      custom("createpolicy", {Type::b64}, build_policy),
  };
}

}  // namespace wg
