// Module level: directives, functions' heads, aliases, and the check at the end that every symbol is declared.
#include <algorithm>

#include "parser.h"

namespace wg::ptx {
namespace {

bool is_one_of(const Token& token, std::initializer_list<std::string_view> spellings) {
  return token.kind == Token::Kind::dot && std::find(spellings.begin(), spellings.end(), token.text) != spellings.end();
}

Space space_of(const Token& token) {
  if (token.is(".global")) return Space::global;
  if (token.is(".const")) return Space::constant;
  if (token.is(".shared")) return Space::shared;
  if (token.is(".local")) return Space::local;
  if (token.is(".param")) return Space::param;
  return Space::generic;
}

}  // namespace

Module Parser::parse() {
  while (lexer_.peek().kind != Token::Kind::end) module_directive();
  finish();
  return std::move(module_);
}

void Parser::module_directive() {
  if (lexer_.accept(";")) return;
  bool is_extern = false, is_visible = false;
  while (is_one_of(lexer_.peek(), {".extern", ".visible", ".weak", ".common"})) {
    bool here = lexer_.next().is(".extern");
    (here ? is_extern : is_visible) = true;
  }
  Token token = lexer_.expect(Token::Kind::dot, "a directive such as .entry, .func or .global");
  if (token.is(".entry")) return function(true, is_visible, is_extern);
  if (token.is(".func")) return function(false, is_visible, is_extern);
  if (Space space = space_of(token); space != Space::generic && space != Space::param) {
    for (Variable& v : declaration(space, is_extern, is_visible)) add_variable(std::move(v));
    lexer_.expect(";");
    return;
  }
  if (is_extern || is_visible) throw SyntaxError{"expected a function or a variable, found " + quoted(token), token.line};
  if (token.is(".version")) {
    Constant version = parse_literal(lexer_.expect(Token::Kind::number, "a version such as 9.0"));
    if (!(version.value() > 0 && version.value() < 1000)) throw SyntaxError{"this is no PTX version", token.line};
    module_.version = static_cast<unsigned>(version.value() * 10 + 0.5);
  } else if (token.is(".target")) {
    target();
  } else if (token.is(".address_size")) {
    if (read_count(lexer_, 64, "the address size") != 64)
      throw SyntaxError{"only 64-bit addresses are supported; compile with -m64", token.line};
  } else if (token.is(".file")) {
    file_directive();
  } else if (token.is(".section")) {
    section();
  } else if (token.is(".alias")) {
    alias();
  } else if (token.is(".pragma")) {
    skip_to_semicolon();
  } else if (token.is(".loc")) {
    loc();
  } else if (is_one_of(token, {".tex", ".texref", ".surfref", ".samplerref"})) {
    throw SyntaxError{"texture and surface references (" + std::string(token.text) + ") are not supported by the emulated GPU", token.line};
  } else {
    throw SyntaxError{"unknown directive " + quoted(token), token.line};
  }
}

void Parser::skip_to_semicolon() {
  while (!lexer_.accept(";")) {
    if (lexer_.peek().kind == Token::Kind::end) lexer_.unexpected("';'");
    lexer_.next();
  }
}

// .target sm_80, debug
void Parser::target() {
  do {
    Token name = lexer_.expect(Token::Kind::word, "a target such as sm_80");
    if (!name.text.starts_with("sm_") && !name.text.starts_with("compute_")) {
      if (name.text == "texmode_independent" || name.text == "texmode_unified" || name.text == "debug" || name.text == "map_f64_to_f32")
        continue;
      throw SyntaxError{"unknown target " + quoted(name), name.line};
    }
    unsigned architecture = 0;
    for (char c : name.text.substr(name.text.find('_') + 1)) {
      if (c < '0' || c > '9') break;  // sm_90a
      if (architecture < 10000) architecture = architecture * 10 + static_cast<unsigned>(c - '0');
    }
    if (architecture == 0) throw SyntaxError{"unknown target " + quoted(name), name.line};
    module_.target = architecture;
  } while (lexer_.accept(","));
}

// .file 1 "path" [, timestamp, size]
void Parser::file_directive() {
  auto index = static_cast<uint32_t>(read_count(lexer_, UINT32_MAX, "the file's number"));
  Token path = lexer_.expect(Token::Kind::string, "a path in quotes");
  budget_.tree(path.text.size() + 100);
  module_.files[index] = std::string(path.text);
  for (int i = 0; i < 2 && lexer_.accept(","); ++i) read_count(lexer_, UINT64_MAX, "a time stamp or size");
}

// .section .debug_info { … }: nothing in it concerns running.
void Parser::section() {
  lexer_.next();
  lexer_.expect("{");
  while (!lexer_.accept("}")) {
    if (lexer_.peek().kind == Token::Kind::end) lexer_.unexpected("'}'");
    lexer_.next();
  }
}

void Parser::alias() {
  std::string name(lexer_.expect(Token::Kind::word, "a function's name").text);
  lexer_.expect(",");
  std::string aliasee(lexer_.expect(Token::Kind::word, "a function's name").text);
  lexer_.expect(";");
  budget_.tree(200 + name.size() + aliasee.size());
  aliases_.emplace_back(std::move(name), std::move(aliasee));
}

std::vector<Variable> Parser::parameters(bool is_return) {
  std::vector<Variable> all;
  if (!lexer_.accept("(")) return all;
  if (lexer_.accept(")")) return all;
  do {
    Token space = lexer_.next();
    if (!space.is(".param") && !space.is(".reg")) throw SyntaxError{"expected .param or .reg, found " + quoted(space), space.line};
    std::vector<Variable> one = declaration(space.is(".reg") ? Space::reg : Space::param, false, false);
    if (is_return && !all.empty()) throw SyntaxError{"functions with several results are not supported by the emulated GPU", space.line};
    all.insert(all.end(), one.begin(), one.end());  // a comma goes on with the next declaration: it's only one
  } while (lexer_.accept(","));
  lexer_.expect(")");
  return all;
}

void Parser::function(bool is_entry, bool is_visible, bool is_extern) {
  static_cast<void>(is_visible), static_cast<void>(is_extern);  // linkage: one module is all there is
  locations_.begin_function();
  Function f;
  f.is_entry = is_entry;
  f.ptx_line = lexer_.peek().line;
  if (lexer_.at(".attribute")) function_attributes(f);
  if (!is_entry) f.returns = parameters(true);
  Token name = lexer_.expect(Token::Kind::word, "the function's name");
  f.name = std::string(name.text);
  budget_.tree(2 * sizeof(Function) + 3 * f.name.size() + 120);  // a growing vector holds its elements twice for a moment
  f.params = parameters(false);
  function_attributes(f);
  if (lexer_.accept(";")) {
    f.is_extern = true;
  } else {
    body(f);
  }
  locations_.begin_function();
  add_function(std::move(f));
}

void Parser::function_attributes(Function& f) {
  auto counts = [&](uint64_t limit, const char* what) {
    std::vector<uint32_t> out;
    do {
      if (out.size() == 3) lexer_.fail("more than three numbers");
      out.push_back(static_cast<uint32_t>(read_count(lexer_, limit, what)));
    } while (lexer_.accept(","));
    return out;
  };
  while (lexer_.peek().kind == Token::Kind::dot) {
    Token token = lexer_.next();
    if (token.is(".maxntid")) {
      f.max_threads = counts(UINT32_MAX, ".maxntid");
    } else if (token.is(".reqntid")) {
      f.required_threads = counts(UINT32_MAX, ".reqntid");
    } else if (is_one_of(token,
                         {".minnctapersm", ".maxnctapersm", ".maxnreg", ".maxclusterrank", ".abi_preserve", ".abi_preserve_control"})) {
      counts(UINT32_MAX, "this attribute");  // hints to ptxas; they change no result
    } else if (token.is(".noreturn")) {
      continue;
    } else if (token.is(".pragma")) {
      skip_to_semicolon();
    } else if (token.is(".attribute")) {
      lexer_.expect("(");
      for (int depth = 1; depth > 0;) {
        if (lexer_.peek().kind == Token::Kind::end) lexer_.unexpected("')'");
        Token inner = lexer_.next();
        depth += inner.is("(") ? 1 : inner.is(")") ? -1 : 0;
      }
    } else {
      throw SyntaxError{"the function attribute " + quoted(token) + " is not supported by the emulated GPU", token.line};
    }
  }
}

void Parser::add_function(Function f) {
  auto [entry, is_new] = function_index_.try_emplace(f.name, module_.functions.size());
  if (is_new) {
    module_.functions.push_back(std::move(f));
    return;
  }
  Function& known = module_.functions[entry->second];
  if (f.is_extern) return;
  if (!known.is_extern) throw SyntaxError{"the function " + quoted(f.name) + " is defined twice", f.ptx_line, f.location};
  known = std::move(f);
}

void Parser::add_variable(Variable v) {
  auto [entry, is_new] = variable_index_.try_emplace(v.name, module_.variables.size());
  if (is_new) {
    module_.variables.push_back(std::move(v));
    return;
  }
  Variable& known = module_.variables[entry->second];
  if (v.is_extern) return;
  if (!known.is_extern) throw SyntaxError{"the variable " + quoted(v.name) + " is defined twice", v.ptx_line};
  known = std::move(v);
}

void Parser::check_symbols(const Operand& operand, const Function& f, const Instruction& at) const {
  if (operand.kind == Operand::Kind::symbol && !function_index_.contains(operand.name) && !variable_index_.contains(operand.name) &&
      !local_names_.contains(operand.name) && !f.branch_targets.contains(operand.name)) {
    throw SyntaxError{"unknown name " + quoted(operand.name), at.ptx_line, at.location};
  }
  for (const Operand& inner : operand.operands) check_symbols(inner, f, at);
}

void Parser::rename(Operand& operand, const std::unordered_map<std::string, std::string>& to) const {
  if (operand.kind == Operand::Kind::symbol && !local_names_.contains(operand.name))
    if (auto found = to.find(operand.name); found != to.end()) operand.name = found->second;
  for (Operand& inner : operand.operands) rename(inner, to);
}

void Parser::finish() {
  std::unordered_map<std::string, std::string> to;
  for (const auto& [name, aliasee] : aliases_) {
    auto target = function_index_.find(aliasee);
    if (target == function_index_.end() || module_.functions[target->second].is_extern)
      lexer_.fail(".alias of " + quoted(aliasee) + ", which has no body in this module");
    to[name] = aliasee;
  }
  for (Function& f : module_.functions) {
    local_names_.clear();
    for (const auto* variables : {&f.params, &f.returns, &f.locals})
      for (const Variable& v : *variables) local_names_.insert(v.name);
    for (Instruction& i : f.body) {
      for (Operand& operand : i.operands) {
        if (!to.empty()) rename(operand, to);
        check_symbols(operand, f, i);
      }
    }
  }
  for (Variable& v : module_.variables) {
    for (Variable::Reference& reference : v.references) {
      if (auto found = to.find(reference.symbol); found != to.end()) reference.symbol = found->second;
      if (!function_index_.contains(reference.symbol) && !variable_index_.contains(reference.symbol))
        throw SyntaxError{"the initialiser of " + quoted(v.name) + " names " + quoted(reference.symbol) + ", which is not declared",
                          v.ptx_line};
    }
  }
  std::erase_if(module_.functions, [&](const Function& f) { return f.is_extern && to.contains(f.name); });
}

}  // namespace wg::ptx
