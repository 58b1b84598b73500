#include "lexer.h"

namespace wg::ptx {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '$'; }

constexpr std::string_view kPairs[] = {"<<", ">>", "<=", ">=", "==", "!=", "&&", "||"};
constexpr std::string_view kSingles = "()[]{}<>,;:=+-*/%&|^~!?@";

}  // namespace

std::string quoted(std::string_view text) {
  constexpr size_t kLongest = 60;
  std::string out = "'";
  for (char c : text.substr(0, kLongest)) out += (c >= ' ' && c <= '~') ? c : '?';
  return out + (text.size() > kLongest ? "…'" : "'");
}

std::string quoted(const Token& token) { return token.kind == Token::Kind::end ? "the end of the text" : quoted(token.text); }

void Lexer::fail(const std::string& what) const { throw SyntaxError{what, current_.line}; }

void Lexer::unexpected(const std::string& expected) const { fail("expected " + expected + ", found " + quoted(current_)); }

Token Lexer::next() {
  Token token = current_;
  current_ = scan();
  return token;
}

bool Lexer::accept(std::string_view spelling) {
  if (!at(spelling)) return false;
  next();
  return true;
}

Token Lexer::expect(std::string_view spelling) {
  if (!at(spelling)) unexpected(quoted(spelling));
  return next();
}

Token Lexer::expect(Token::Kind kind, const char* what) {
  if (current_.kind != kind) unexpected(what);
  return next();
}

void Lexer::skip_blanks() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c == '\n') {
      ++line_;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      ++at_;
    } else if ((c == '/' && byte(at_ + 1) == '/') || (c == '@' && byte(at_ + 1) == '@')) {  // "@@DWARF …": debug data of old PTX
      at_ = text_.find('\n', at_);
      if (at_ == std::string_view::npos) at_ = text_.size();
    } else if (c == '/' && byte(at_ + 1) == '*') {
      uint32_t begin = line_;
      size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) throw SyntaxError{"this comment is never closed", begin};
      for (; at_ < end + 2; ++at_) line_ += text_[at_] == '\n';
    } else {
      return;
    }
  }
}

size_t Lexer::number_end(size_t begin) const {
  size_t end = begin;
  char second = byte(begin + 1);
  bool prefixed = byte(begin) == '0' && (is_letter(second) && second != 'e' && second != 'E' && second != 'U');
  while (is_name(byte(end))) ++end;  // takes the exponent's letter and digits along
  if (prefixed) return end;
  if (byte(end) == '.' && !is_letter(byte(end + 1)) && byte(end + 1) != '_') {
    ++end;
    while (is_name(byte(end))) ++end;
  }
  char last = byte(end - 1);
  if ((last == 'e' || last == 'E') && (byte(end) == '+' || byte(end) == '-')) {
    ++end;
    while (is_name(byte(end))) ++end;
  }
  return end;
}

Token Lexer::scan() {
  skip_blanks();
  size_t begin = at_;
  if (begin >= text_.size()) return {Token::Kind::end, {}, line_};
  char c = text_[begin];
  auto token = [&](Token::Kind kind, size_t end) {
    at_ = end;
    return Token{kind, text_.substr(begin, end - begin), line_};
  };
  if (is_digit(c)) return token(Token::Kind::number, number_end(begin));
  bool percent = c == '%' && is_name(byte(begin + 1)) && !is_digit(byte(begin + 1));
  if (is_name(c) || percent) {
    size_t end = begin + 1;
    while (is_name(byte(end))) ++end;
    return token(Token::Kind::word, end);
  }
  if (c == '.' && is_name(byte(begin + 1))) {
    size_t end = begin + 1;
    while (is_name(byte(end)) || (byte(end) == ':' && byte(end + 1) == ':' && is_name(byte(end + 2)))) end += byte(end) == ':' ? 2 : 1;
    return token(Token::Kind::dot, end);
  }
  if (c == '"') {
    size_t end = begin + 1;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') end += text_[end] == '\\' ? 2 : 1;
    if (byte(end) != '"') throw SyntaxError{"this string is never closed", line_};
    Token string{Token::Kind::string, text_.substr(begin + 1, end - begin - 1), line_};
    at_ = end + 1;
    return string;
  }
  for (std::string_view pair : kPairs)
    if (text_.substr(begin, 2) == pair) return token(Token::Kind::punct, begin + 2);
  if (kSingles.find(c) != std::string_view::npos) return token(Token::Kind::punct, begin + 1);
  throw SyntaxError{"unexpected character " + quoted(text_.substr(begin, 1)), line_};
}

}  // namespace wg::ptx
