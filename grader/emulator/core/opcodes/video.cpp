// Video instructions: arithmetic on the bytes, half-words or word of a register, with saturation and a second operation.
// PTX ISA 9.0, section 9.7.20. Selected parts of registers (a.b0) and merging into the destination are not emulated.
#include "table.h"

namespace wg {
namespace {

enum Operation : unsigned { kAdd, kSub, kAbsDiff, kMin, kMax, kAverage, kSet };
enum Second : unsigned { kNone, kThenAdd, kThenMin, kThenMax };

// What the op does, packed into Op::imm.
struct Video {
  unsigned operation = 0, lanes = 1, second = 0, compare = 0;
  bool a_signed = false, b_signed = false, d_signed = false, saturates = false;
  int64_t pack() const {
    return int64_t(operation | lanes << 4 | second << 8 | compare << 12 | unsigned(a_signed) << 16 | unsigned(b_signed) << 17 |
                   unsigned(d_signed) << 18 | unsigned(saturates) << 19);
  }
  static Video unpack(int64_t x) {
    const auto field = [&](unsigned at) { return unsigned(x >> at) & 15; };
    return {field(0), field(4), field(8), field(12), bool(x >> 16 & 1), bool(x >> 17 & 1), bool(x >> 18 & 1), bool(x >> 19 & 1)};
  }
};

int64_t part(uint32_t x, unsigned lane, unsigned bits, bool is_signed) {
  const uint64_t field = x >> (lane * bits) & (~0ull >> (64 - bits));
  return is_signed ? int64_t(field << (64 - bits)) >> (64 - bits) : int64_t(field);
}

int64_t combine(const Video& v, int64_t a, int64_t b) {
  switch (v.operation) {
    case kAdd: return a + b;
    case kSub: return a - b;
    case kAbsDiff: return a < b ? b - a : a - b;
    case kMin: return a < b ? a : b;
    case kMax: return a < b ? b : a;
    case kAverage: return (a + b + (a + b >= 0 ? 1 : 0)) >> 1;
    default: {
      const bool yes[] = {a == b, a != b, a<b, a <= b, a> b, a >= b};
      return yes[v.compare];
    }
  }
}

uint32_t compute(const Video& v, uint32_t a, uint32_t b, uint32_t c) {
  const unsigned bits = 32 / v.lanes;
  const int64_t low = v.d_signed ? -(1ll << (bits - 1)) : 0, high = v.d_signed ? (1ll << (bits - 1)) - 1 : (1ll << bits) - 1;
  uint32_t word = 0, sum = 0;
  for (unsigned i = 0; i < v.lanes; i++) {
    int64_t x = combine(v, part(a, i, bits, v.a_signed), part(b, i, bits, v.b_signed));
    if (v.saturates) x = x < low ? low : x > high ? high : x;
    sum += uint32_t(x);
    word |= uint32_t(uint64_t(x) & (~0ull >> (64 - bits))) << (i * bits);
  }
  const bool less = v.d_signed ? int32_t(word) < int32_t(c) : word < c;
  switch (v.second) {
    case kThenAdd: return sum + c;
    case kThenMin: return less ? word : c;
    case kThenMax: return less ? c : word;
    default: return word;
  }
}

const Op* video(Warp& w, const Op* op) {
  const Video v = Video::unpack(op->imm);
  const uint32_t *a = w.lanes<uint32_t>(op->a), *b = w.lanes<uint32_t>(op->b), *c = w.lanes<uint32_t>(op->c);
  uint32_t* d = w.lanes<uint32_t>(op->d);
  for (uint32_t m = w.mask; m; m &= m - 1) {
    const unsigned i = first_lane(m);
    d[i] = compute(v, a[i], b[i], c[i]);
  }
  return next(op);
}

Row row(const std::string& name, Operation operation, unsigned lanes) {
  return {name,
          {Type::u32, Type::s32},
          [operation, lanes](Builder& b, Op& op) {
            Video v;
            v.operation = operation;
            v.lanes = lanes;
            v.saturates = b.take("sat");
            if (operation == kSet) {
              const int compare = b.take_one({"eq", "ne", "lt", "le", "gt", "ge"});
              if (compare < 0) b.refuse("unknown comparison");
              v.compare = unsigned(compare);
            }
            const int second = b.take_one({"add", "min", "max"});
            if (lanes > 1 && (second > 0 || (second == 0 && v.saturates))) b.refuse("not with this second operation");
            v.second = unsigned(second + 1);
            b.done();
            // vset has no type for its result, which is 0 or 1
            const unsigned types = operation == kSet ? 2 : 3;
            if (b.types.size() != types) b.refuse("it needs a type for its result and for each source");
            for (Type t : b.types)
              if (t != Type::u32 && t != Type::s32) b.refuse("not for this type");
            v.d_signed = operation != kSet && b.type(0) == Type::s32;
            v.a_signed = b.type(types - 2) == Type::s32;
            v.b_signed = b.type(types - 1) == Type::s32;
            op.imm = v.pack();
            op.run = video;
            op.d = b.target(b.operand(0), 4);
            op.a = b.source(b.operand(1), 4);
            op.b = b.source(b.operand(2), 4);
            // c: of the second operation; SIMD forms always have it, for lanes that the destination's mask leaves out
            if (lanes > 1 || second >= 0) op.c = b.source(b.operand(3), 4);
            else op.c = op.a;
          },
          kPipeInteger};
}

}  // namespace

std::vector<Row> video_rows() {
  std::vector<Row> rows;
  const std::pair<const char*, Operation> names[] = {{"vadd", kAdd}, {"vsub", kSub},      {"vabsdiff", kAbsDiff}, {"vmin", kMin},
                                                     {"vmax", kMax}, {"vavrg", kAverage}, {"vset", kSet}};
  for (const auto& [name, operation] : names)
    for (unsigned lanes : {1u, 2u, 4u})
      if (lanes > 1 || operation != kAverage) rows.push_back(row(name + (lanes > 1 ? std::to_string(lanes) : ""), operation, lanes));
  return rows;
}

}  // namespace wg
