// PTX's constant expressions (PTX ISA 9.0, 4.5): 64-bit integers, 0f/0d/decimal floats, C's operators, casts (.s64) (.u64), WARP_SZ.
#pragma once
#include <cstdint>

#include "lexer.h"

namespace wg::ptx {

struct Constant {
  enum class Kind : uint8_t { s64, u64, f32, f64 };
  Kind kind = Kind::s64;
  uint64_t bits = 0;  // two's complement, or the float's pattern

  bool is_float() const { return kind == Kind::f32 || kind == Kind::f64; }
  bool is_true() const;
  double value() const;  // of any kind, as double
};

// True if the lexer stands at something that only a constant expression can start with ("(" and "!" are left to the caller).
bool starts_constant(const Token& token);

// Reads the longest constant expression. Throws SyntaxError: malformed, division by zero, integer operators on floats, too deep.
Constant read_constant(Lexer& lexer);

// As read_constant, but demands an integer of 0 … limit: array bounds, alignments, directive arguments.
uint64_t read_count(Lexer& lexer, uint64_t limit, const char* what);

// A literal's value. Throws SyntaxError.
Constant parse_literal(const Token& token);

}  // namespace wg::ptx
