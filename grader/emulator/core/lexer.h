// PTX text -> tokens, one at a time with one token of lookahead (the text may be 64 MiB: a token list would cost gigabytes).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace wg::ptx {

// What the parser throws inside; parse() turns it into a LoadError with the source position in force.
struct SyntaxError {
  std::string what;
  uint32_t line;          // in the PTX text
  int64_t location = -1;  // index into Module::locations; -1: the one in force
};

struct Token {
  enum class Kind : uint8_t {
    end,
    word,    // identifier, register or special register: "foo", "$L__BB0_2", "%r1"
    dot,     // "." with what follows it: ".global", ".L1::no_allocate", ".2d"
    number,  // as spelled: "12", "0x1F", "0f3F800000", "1.5e3"
    string,  // without its quotes, escapes untouched
    punct    // one of ()[]{}<>,;:=+-*/%&|^~!?@ or a two-character operator
  };
  Kind kind = Kind::end;
  std::string_view text;
  uint32_t line = 1;

  bool is(std::string_view spelling) const { return kind != Kind::string && kind != Kind::end && text == spelling; }
};

class Lexer {
 public:
  // `text` must outlive the lexer and its tokens, which are views into it.
  explicit Lexer(std::string_view text) : text_(text) { current_ = scan(); }

  const Token& peek() const { return current_; }
  Token next();
  bool at(std::string_view spelling) const { return current_.is(spelling); }
  bool accept(std::string_view spelling);
  Token expect(std::string_view spelling);                          // throws SyntaxError
  Token expect(Token::Kind kind, const char* what);                 // "a name", "a number"
  [[noreturn]] void fail(const std::string& what) const;            // at the current token
  [[noreturn]] void unexpected(const std::string& expected) const;  // "expected X, found Y"

 private:
  Token scan();
  void skip_blanks();
  size_t number_end(size_t begin) const;
  char byte(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  std::string_view text_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  Token current_;
};

// A short printable form of a token's text for messages: never control characters, never megabytes.
std::string quoted(const Token& token);
std::string quoted(std::string_view text);

}  // namespace wg::ptx
