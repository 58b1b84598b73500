#include "constants.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace wg::ptx {
namespace {

using Kind = Constant::Kind;
constexpr unsigned kDeepest = 64;
constexpr uint64_t kWarpSize = 32;

Constant integer(uint64_t bits, bool is_unsigned) { return {is_unsigned ? Kind::u64 : Kind::s64, bits}; }
Constant boolean(bool value) { return {Kind::s64, value}; }
Constant real(double value) { return {Kind::f64, std::bit_cast<uint64_t>(value)}; }

bool whole(std::string_view text, uint64_t& value, int base) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

int precedence(const Token& token) {
  if (token.kind != Token::Kind::punct) return -1;
  constexpr std::string_view kLevels[][4] = {{"||"},       {"&&"},     {"|"},          {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="},
                                             {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}};
  int level = 0;
  for (const auto& spellings : kLevels) {
    for (std::string_view spelling : spellings)
      if (!spelling.empty() && token.text == spelling) return level;
    ++level;
  }
  return -1;
}

class Reader {
 public:
  explicit Reader(Lexer& lexer) : lexer_(lexer) {}

  Constant ternary() {
    Level level(*this);
    Constant condition = binary(0);
    if (!lexer_.accept("?")) return condition;
    Constant yes = ternary();
    lexer_.expect(":");
    Constant no = ternary();
    return condition.is_true() ? yes : no;
  }

 private:
  struct Level {  // bounds recursion: the text is a stranger's
    explicit Level(Reader& reader) : reader_(reader) {
      if (++reader_.depth_ > kDeepest) reader_.lexer_.fail("this constant expression is nested too deeply");
    }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Reader& reader_;
  };

  Constant binary(int weakest) {
    Constant left = unary();
    for (;;) {
      Token op = lexer_.peek();
      int level = precedence(op);
      if (level < weakest) return left;
      lexer_.next();
      Level guard(*this);
      left = apply(op, left, binary(level + 1));
    }
  }

  Constant unary() {
    Level level(*this);
    Token token = lexer_.peek();
    if (lexer_.accept("+")) return unary();
    if (lexer_.accept("-")) {
      Constant x = unary();
      if (x.kind == Kind::f32) return {Kind::f32, x.bits ^ 0x8000'0000u};
      if (x.kind == Kind::f64) return {Kind::f64, x.bits ^ (1ull << 63)};
      return {x.kind, 0 - x.bits};
    }
    if (lexer_.accept("!")) return boolean(!unary().is_true());
    if (lexer_.accept("~")) {
      Constant x = unary();
      if (x.is_float()) throw SyntaxError{"'~' needs an integer", token.line};
      return {x.kind, ~x.bits};
    }
    if (lexer_.accept("(")) {
      if (lexer_.peek().kind == Token::Kind::dot) return cast();
      Constant x = ternary();
      lexer_.expect(")");
      return x;
    }
    if (lexer_.accept("WARP_SZ")) return integer(kWarpSize, false);
    if (token.kind != Token::Kind::number) lexer_.unexpected("a constant");
    return parse_literal(lexer_.next());
  }

  Constant cast() {
    Token type = lexer_.next();
    if (type.text != ".s64" && type.text != ".u64") throw SyntaxError{"a constant can be cast to .s64 and .u64 only", type.line};
    lexer_.expect(")");
    Constant x = unary();
    if (x.is_float()) throw SyntaxError{"a floating-point constant can't be cast", type.line};
    return integer(x.bits, type.text == ".u64");
  }

  static Constant apply(const Token& op, const Constant& a, const Constant& b) {
    std::string_view s = op.text;
    if (s == "&&") return boolean(a.is_true() && b.is_true());
    if (s == "||") return boolean(a.is_true() || b.is_true());
    if (a.is_float() || b.is_float()) return apply_real(op, a.value(), b.value());
    bool is_unsigned = a.kind == Kind::u64 || b.kind == Kind::u64;
    uint64_t x = a.bits, y = b.bits;
    auto sx = static_cast<int64_t>(x), sy = static_cast<int64_t>(y);
    if (s == "+") return integer(x + y, is_unsigned);
    if (s == "-") return integer(x - y, is_unsigned);
    if (s == "*") return integer(x * y, is_unsigned);
    if (s == "&") return integer(x & y, is_unsigned);
    if (s == "|") return integer(x | y, is_unsigned);
    if (s == "^") return integer(x ^ y, is_unsigned);
    if (s == "<<") return integer(y > 63 ? 0 : x << y, a.kind == Kind::u64);
    if (s == ">>") {
      if (a.kind == Kind::u64) return integer(y > 63 ? 0 : x >> y, true);
      return integer(static_cast<uint64_t>(sx >> (y > 63 ? 63 : y)), false);
    }
    if (s == "/" || s == "%") {
      if (y == 0) throw SyntaxError{"division by zero in a constant expression", op.line};
      if (is_unsigned) return integer(s == "/" ? x / y : x % y, true);
      if (sy == -1) return integer(s == "/" ? 0 - x : 0, false);  // INT64_MIN / -1 overflows in C++
      return integer(static_cast<uint64_t>(s == "/" ? sx / sy : sx % sy), false);
    }
    if (s == "==") return boolean(x == y);
    if (s == "!=") return boolean(x != y);
    bool less = is_unsigned ? x < y : sx < sy;
    if (s == "<") return boolean(less);
    if (s == ">=") return boolean(!less);
    return boolean((s == "<=") == (less || x == y));
  }

  static Constant apply_real(const Token& op, double a, double b) {
    std::string_view s = op.text;
    if (s == "+") return real(a + b);
    if (s == "-") return real(a - b);
    if (s == "*") return real(a * b);
    if (s == "/") return real(a / b);
    if (s == "==") return boolean(a == b);
    if (s == "!=") return boolean(a != b);
    if (s == "<") return boolean(a < b);
    if (s == "<=") return boolean(a <= b);
    if (s == ">") return boolean(a > b);
    if (s == ">=") return boolean(a >= b);
    throw SyntaxError{quoted(op) + " needs integers", op.line};
  }

  Lexer& lexer_;
  unsigned depth_ = 0;
};

}  // namespace

double Constant::value() const {
  switch (kind) {
    case Kind::s64: return static_cast<double>(static_cast<int64_t>(bits));
    case Kind::u64: return static_cast<double>(bits);
    case Kind::f32: return std::bit_cast<float>(static_cast<uint32_t>(bits));
    case Kind::f64: return std::bit_cast<double>(bits);
  }
  return 0;
}

bool Constant::is_true() const { return is_float() ? value() != 0 : bits != 0; }

Constant parse_literal(const Token& token) {
  std::string_view text = token.text;
  auto bad = [&]() { return SyntaxError{quoted(token) + " is no number of PTX", token.line}; };
  char second = text.size() > 1 ? text[1] : '\0';
  uint64_t value = 0;
  if (text[0] == '0' && (second == 'f' || second == 'F' || second == 'd' || second == 'D')) {
    bool is_single = second == 'f' || second == 'F';
    if (text.size() != (is_single ? 10u : 18u) || !whole(text.substr(2), value, 16)) throw bad();
    return {is_single ? Kind::f32 : Kind::f64, value};
  }
  bool is_hex = text[0] == '0' && (second == 'x' || second == 'X');
  if (!is_hex && text.find_first_of(".eE") != std::string_view::npos) {
    double x = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (end != text.data() + text.size() || (error != std::errc() && error != std::errc::result_out_of_range)) throw bad();
    if (error == std::errc::result_out_of_range) x = std::strtod(std::string(text.substr(0, 400)).c_str(), nullptr);  // 0 or infinity
    return real(x);
  }
  bool is_unsigned = text.back() == 'U' || text.back() == 'u';
  if (is_unsigned) text.remove_suffix(1);
  int base = 10;
  if (is_hex || (text.size() > 1 && text[0] == '0' && (second == 'b' || second == 'B'))) {
    base = is_hex ? 16 : 2;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  if (!whole(text, value, base)) throw bad();
  return integer(value, is_unsigned || value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()));
}

bool starts_constant(const Token& token) {
  return token.kind == Token::Kind::number || token.is("-") || token.is("+") || token.is("~") || token.is("WARP_SZ");
}

Constant read_constant(Lexer& lexer) { return Reader(lexer).ternary(); }

uint64_t read_count(Lexer& lexer, uint64_t limit, const char* what) {
  uint32_t line = lexer.peek().line;
  Constant x = read_constant(lexer);
  if (x.is_float() || x.bits > limit) throw SyntaxError{std::string(what) + " must be an integer from 0 to " + std::to_string(limit), line};
  return x.bits;
}

}  // namespace wg::ptx
