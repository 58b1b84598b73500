// The small functions of ptx.h: types and spellings.
#include "ptx.h"

namespace wg::ptx {
namespace {

struct TypeRow {
  Type type;
  const char* name;
  unsigned bytes;
};

constexpr TypeRow kTypes[] = {
    {Type::none, "none", 0},   {Type::b8, "b8", 1},       {Type::b16, "b16", 2},       {Type::b32, "b32", 4},   {Type::b64, "b64", 8},
    {Type::b128, "b128", 16},  {Type::u8, "u8", 1},       {Type::u16, "u16", 2},       {Type::u32, "u32", 4},   {Type::u64, "u64", 8},
    {Type::s8, "s8", 1},       {Type::s16, "s16", 2},     {Type::s32, "s32", 4},       {Type::s64, "s64", 8},   {Type::f16, "f16", 2},
    {Type::f16x2, "f16x2", 4}, {Type::bf16, "bf16", 2},   {Type::bf16x2, "bf16x2", 4}, {Type::f32, "f32", 4},   {Type::f64, "f64", 8},
    {Type::pred, "pred", 1},   {Type::u16x2, "u16x2", 4}, {Type::s16x2, "s16x2", 4},   {Type::tf32, "tf32", 4},
};

const TypeRow& row_of(Type type) { return kTypes[static_cast<unsigned>(type)]; }

constexpr bool in_order() {
  unsigned i = 0;
  for (const TypeRow& row : kTypes)
    if (static_cast<unsigned>(row.type) != i++) return false;
  return i == static_cast<unsigned>(Type::tf32) + 1;
}
static_assert(in_order(), "kTypes is indexed by Type");

}  // namespace

std::string shortened(const std::string& message) {
  constexpr size_t kLongest = 300;
  if (message.size() <= kLongest) return message;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) end--;  // not inside of a UTF-8 character
  return message.substr(0, end) + " …";
}

unsigned size_bytes(Type type) { return row_of(type).bytes; }

const char* name_of(Type type) { return row_of(type).name; }

Type type_from_name(std::string_view name) {
  for (const TypeRow& row : kTypes)
    if (row.type != Type::none && name == row.name) return row.type;
  return Type::none;
}

std::string Instruction::spelling() const {
  std::string out = opcode;
  for (const std::string& modifier : modifiers) (out += '.') += modifier;
  return out;
}

}  // namespace wg::ptx
