// Declarations of variables and parameters, with their initialisers (PTX ISA 9.0, 5.4).
#include <bit>
#include <cmath>
#include <cstring>

#include "parser.h"

namespace wg::ptx {
namespace {
constexpr uint64_t kLargestVariable = 1ull << 40;  // bytes: keeps sums of sizes far from overflow
constexpr size_t kMostBounds = 8;
}  // namespace

uint64_t Parser::Shape::span(size_t level) const {
  uint64_t n = 1;
  for (size_t i = level + 1; i < bounds.size(); ++i) n *= bounds[i];
  return n;
}

uint32_t Parser::alignment() {
  uint64_t align = read_count(lexer_, 1 << 20, "an alignment");
  if (!std::has_single_bit(align)) lexer_.fail("an alignment must be a power of two");
  return static_cast<uint32_t>(align);
}

Type Parser::type_directive(uint32_t& vector_width) {
  vector_width = 1;
  for (uint32_t width : {2u, 4u, 8u})
    if (lexer_.accept(".v" + std::to_string(width))) vector_width = width;
  Token token = lexer_.expect(Token::Kind::dot, "a type such as .u32");
  Type type = type_from_name(token.text.substr(1));
  if (type == Type::none) {
    bool is_texture = token.is(".texref") || token.is(".surfref") || token.is(".samplerref");
    throw SyntaxError{is_texture ? "texture and surface references are not supported by the emulated GPU" : "unknown type " + quoted(token),
                      token.line};
  }
  return type;
}

std::vector<Variable> Parser::declaration(Space space, bool is_extern, bool is_visible) {
  Variable base;
  base.space = space;
  base.is_extern = is_extern;
  base.is_visible = is_visible;
  uint32_t align = 0;
  for (;;) {  // .align and .attribute come in either order
    if (lexer_.accept(".align")) {
      align = alignment();
    } else if (lexer_.accept(".attribute")) {
      lexer_.expect("(");
      while (!lexer_.accept(")")) {
        if (lexer_.peek().kind == Token::Kind::end) lexer_.unexpected("')'");
        base.is_managed |= lexer_.at(".managed");
        if (lexer_.next().is("(")) lexer_.fail("this attribute is not supported by the emulated GPU");
      }
    } else {
      break;
    }
  }
  uint32_t vector_width = 1;
  base.type = type_directive(vector_width);
  base.align = align ? align : size_bytes(base.type) * vector_width;
  if (lexer_.accept(".ptr")) {  // .ptr .global .align 16: what the pointer points to, a promise to ptxas
    while (lexer_.at(".global") || lexer_.at(".const") || lexer_.at(".shared") || lexer_.at(".local")) lexer_.next();
    if (lexer_.accept(".align")) alignment();
  }
  std::vector<Variable> all;
  do {
    Variable v = base;
    Token name = lexer_.expect(Token::Kind::word, "a name");
    v.name = std::string(name.text);
    v.ptx_line = name.line;
    budget_.tree(sizeof(Variable) + 3 * v.name.size() + 100);
    Shape shape = array_bounds(v, vector_width);
    if (lexer_.accept("=")) initialiser(v, shape);
    if (v.count == 0 && !v.is_extern) throw SyntaxError{"the array " + quoted(v.name) + " has no size", v.ptx_line};
    all.push_back(std::move(v));
  } while (space != Space::param && space != Space::reg && lexer_.accept(","));
  return all;
}

Parser::Shape Parser::array_bounds(Variable& v, uint32_t vector_width) {
  Shape shape;
  uint64_t largest = kLargestVariable / size_bytes(v.type);
  while (lexer_.accept("[")) {
    if (shape.bounds.size() == kMostBounds) lexer_.fail("an array has at most eight dimensions here");
    if (lexer_.at("]") && shape.bounds.empty()) {
      shape.is_open = true;
      shape.bounds.push_back(0);
    } else {
      shape.bounds.push_back(read_count(lexer_, largest, "an array's bound"));
    }
    lexer_.expect("]");
  }
  if (vector_width > 1) shape.bounds.push_back(vector_width);
  uint64_t inner = 1;
  for (size_t i = 1; i < shape.bounds.size(); ++i) {
    if (shape.bounds[i] == 0) lexer_.fail("an array's inner bound must not be 0");
    if (shape.bounds[i] > largest / inner) lexer_.fail("the array " + quoted(v.name) + " is too large");
    inner *= shape.bounds[i];
  }
  uint64_t outer = shape.bounds.empty() ? 1 : shape.bounds[0];
  if (outer > largest / inner) lexer_.fail("the array " + quoted(v.name) + " is too large");
  v.count = outer * inner;
  return shape;
}

void Parser::initialiser(Variable& v, const Shape& shape) {
  if (v.space != Space::global && v.space != Space::constant) lexer_.fail("only .global and .const variables have initialisers");
  if (v.type == Type::b128 || v.type == Type::pred) lexer_.fail("a variable of this type can't be initialised");
  if (!shape.is_open) {
    budget_.initialiser(v.bytes());
    v.init.resize(v.bytes());
  }
  if (lexer_.at("{") && !shape.bounds.empty()) {
    uint64_t end = initialiser_list(v, shape, 0, 0);
    if (shape.is_open) {
      uint64_t item = shape.span(0) * size_bytes(v.type);
      uint64_t items = (end + item - 1) / item;
      budget_.initialiser(items * item - v.init.size());
      v.init.resize(items * item);
      v.count = items * shape.span(0);
    }
  } else {
    bool braces = lexer_.accept("{");
    initialiser_value(v, shape, 0);
    if (braces) lexer_.expect("}");
  }
  for (const Variable::Reference& reference : v.references)  // a packed address may have been cut off
    if (reference.at + 8 > v.init.size()) lexer_.fail("an address does not fit into " + quoted(v.name));
}

// Returns the byte after the last value. Rows may be braced; what they leave out is zero.
uint64_t Parser::initialiser_list(Variable& v, const Shape& shape, size_t level, uint64_t begin) {
  if (level == shape.bounds.size()) lexer_.fail("too many braces in this initialiser");
  uint64_t item = shape.span(level) * size_bytes(v.type);
  uint64_t at = begin;
  uint64_t end = shape.is_open && level == 0 ? kLargestVariable : begin + shape.bounds[level] * item;
  lexer_.expect("{");
  if (lexer_.accept("}")) return at;
  do {
    if (at >= end) lexer_.fail("too many values for " + quoted(v.name));
    if (lexer_.at("{")) {
      uint64_t row = at;
      initialiser_list(v, shape, level + 1, row);
      at = row + item;
    } else {
      at = initialiser_value(v, shape, at);
    }
  } while (lexer_.accept(","));
  lexer_.expect("}");
  return at;
}

uint64_t Parser::initialiser_value(Variable& v, const Shape& shape, uint64_t at) {
  uint64_t size = size_bytes(v.type);
  if (shape.is_open && at + size > v.init.size()) {
    budget_.initialiser(at + size - v.init.size());
    v.init.resize(at + size);
  }
  if (at + size > v.init.size()) lexer_.fail("too many values for " + quoted(v.name));
  if (lexer_.peek().kind == Token::Kind::word && !lexer_.at("WARP_SZ")) {
    if (size != 8) lexer_.fail("an address needs an element of 8 bytes");
    budget_.tree(sizeof(Variable::Reference) + lexer_.peek().text.size());
    Variable::Reference reference = address_value();
    reference.at = at;
    v.references.push_back(std::move(reference));
    return at + size;
  }
  Constant value = read_constant(lexer_);
  if (lexer_.at("(")) put_masked(v, value.bits, at);
  else put_constant(v, value, at);
  return at + size;
}

void Parser::put_constant(Variable& v, const Constant& value, uint64_t at) {
  uint64_t bits = value.bits;
  if (v.type == Type::f32 && value.kind != Constant::Kind::f32) {
    bits = std::bit_cast<uint32_t>(static_cast<float>(value.value()));
  } else if (v.type == Type::f64 && value.kind != Constant::Kind::f64) {
    bits = std::bit_cast<uint64_t>(value.value());
  } else if (value.is_float() && size_bytes(v.type) != (value.kind == Constant::Kind::f32 ? 4u : 8u)) {
    lexer_.fail("a floating-point value can't initialise a ." + std::string(name_of(v.type)));
  }
  std::memcpy(v.init.data() + at, &bits, size_bytes(v.type));  // little-endian, as the device
}

// 0xFF00(symbol): one byte of an address, as packed structures have it. The eight bytes must come in order.
void Parser::put_masked(Variable& v, uint64_t mask, uint64_t at) {
  int byte = mask == 0 ? 0 : std::countr_zero(mask) / 8;
  if (size_bytes(v.type) != 1 || mask != 0xFFull << (8 * byte))
    lexer_.fail("only single bytes of an address in .b8 elements are supported");
  lexer_.expect("(");
  budget_.tree(sizeof(Variable::Reference) + lexer_.peek().text.size());
  Variable::Reference reference = address_value();
  lexer_.expect(")");
  reference.at = at;
  if (byte == 0) {
    v.references.push_back(std::move(reference));
    return;
  }
  bool follows = !v.references.empty() && v.references.back().at + static_cast<uint64_t>(byte) == at &&
                 v.references.back().symbol == reference.symbol && v.references.back().offset == reference.offset &&
                 v.references.back().generic == reference.generic;
  if (!follows) lexer_.fail("the bytes of this address don't stand in order");
}

// name, name+8, generic(name), generic(name)+8
Variable::Reference Parser::address_value() {
  Variable::Reference reference{0, {}, 0, false};
  Token name = lexer_.expect(Token::Kind::word, "a variable's or function's name");
  if (name.text == "generic" && lexer_.accept("(")) {
    reference.generic = true;
    name = lexer_.expect(Token::Kind::word, "a variable's name");
    lexer_.expect(")");
  }
  reference.symbol = std::string(name.text);
  if (lexer_.at("+") || lexer_.at("-")) {
    Constant offset = read_constant(lexer_);
    if (offset.is_float()) lexer_.fail("an address' offset must be an integer");
    reference.offset = static_cast<int64_t>(offset.bits);
  }
  return reference;
}

}  // namespace wg::ptx
