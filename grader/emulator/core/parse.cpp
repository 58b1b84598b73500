// wg::ptx::parse: the text in, the tree or a LoadError out. The work is done by Parser (parser.h).
#include <optional>

#include "parser.h"

namespace wg::ptx {
namespace {
constexpr size_t kLongestText = 64u << 20;
}

LoadError Parser::explain(const SyntaxError& error) {
  uint32_t location = error.location >= 0 ? static_cast<uint32_t>(error.location) : locations_.current();
  const std::vector<Frame>& frames = module_.locations[location];
  if (frames.empty()) return LoadError(error.what, error.line);
  uint32_t file = frames.front().file;
  try {
    while (!module_.files.contains(file) && lexer_.peek().kind != Token::Kind::end)
      if (lexer_.next().is(".file")) file_directive();
  } catch (const SyntaxError&) {  // the first error is the one to tell; this one only costs the file's name
  }
  auto found = module_.files.find(file);
  if (found == module_.files.end()) return LoadError(error.what, error.line);
  return LoadError(error.what, error.line, found->second, frames.front().line);
}

Module parse(std::string_view text) {
  if (text.size() > kLongestText) throw LoadError("this PTX text is longer than 64 MiB", 1);
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);  // fat binaries pad their texts
  std::optional<Parser> parser;
  try {
    parser.emplace(text);
    return parser->parse();
  } catch (const SyntaxError& error) {
    if (!parser) throw LoadError(error.what, error.line);
    throw parser->explain(error);
  }
}

}  // namespace wg::ptx
