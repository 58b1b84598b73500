// Function bodies: statements, scopes, names, labels. A name in a nested scope hides outer ones (call sequences declare "param0" again and
// again), so each nested declaration gets a name of its own: "param0#3".
#include <charconv>

#include "parser.h"

namespace wg::ptx {
namespace {

constexpr size_t kDeepestScope = 64;
constexpr size_t kMostRegisters = 1 << 20;  // a function

std::string scoped(uint32_t scope, std::string_view name) { return std::to_string(scope) + ':' + std::string(name); }

}  // namespace

void Parser::body(Function& f) {
  f_ = &f;
  scopes_.clear();
  scope_parent_.clear();
  used_names_.clear();
  labels_ = {};
  lists_ = {};
  pending_.clear();
  pending_lists_.clear();
  list_uses_.clear();
  uint32_t open_line = lexer_.expect("{").line;
  open_scope();
  for (const auto* variables : {&f.returns, &f.params}) {
    for (const Variable& v : *variables) {
      if (v.name == "_") continue;
      Token at{Token::Kind::word, v.name, v.ptx_line};
      if (v.space == Space::reg) declare(at, {Name::Kind::reg, add_register(v.name, v.type, at), 1, {}, 1});
      else declare(at, {Name::Kind::variable, 0, 1, v.name, size_bytes(v.type)});
    }
  }
  while (!scopes_.empty()) {
    if (lexer_.peek().kind == Token::Kind::end)
      throw SyntaxError{"the body of " + quoted(f.name) + ", begun on line " + std::to_string(open_line) + ", is never closed",
                        lexer_.peek().line};
    statement();
  }
  resolve_branches();
  f_ = nullptr;
}

void Parser::open_scope() {
  if (scopes_.size() == kDeepestScope) lexer_.fail("more than 64 levels of braces");
  auto id = static_cast<uint32_t>(scope_parent_.size());
  budget_.tree(sizeof(uint32_t));
  scope_parent_.push_back(scopes_.empty() ? id : scopes_.back().id);
  scopes_.emplace_back();
  scopes_.back().id = id;
}

void Parser::statement() {
  const Token& token = lexer_.peek();
  if (token.kind == Token::Kind::punct) {
    if (lexer_.accept("{")) return open_scope();
    if (lexer_.accept("}")) return scopes_.pop_back();
    if (lexer_.accept(";")) return;
    if (token.is("@")) return instruction();
    lexer_.unexpected("an instruction");
  }
  if (token.kind == Token::Kind::word) return instruction();
  if (token.kind != Token::Kind::dot) lexer_.unexpected("an instruction");
  if (lexer_.accept(".reg")) return register_declaration();
  if (lexer_.accept(".param")) return local_declaration(Space::param);
  if (lexer_.accept(".local")) return local_declaration(Space::local);
  if (lexer_.accept(".shared")) return local_declaration(Space::shared);
  if (lexer_.accept(".const")) return local_declaration(Space::constant);
  if (lexer_.accept(".global")) return local_declaration(Space::global);
  if (lexer_.accept(".loc")) return loc();
  if (lexer_.accept(".pragma")) return skip_to_semicolon();
  lexer_.fail("the directive " + quoted(token) + " is not supported in a function's body");
}

// .loc 1 30 0   or   .loc 1 10 3, function_name $L__info_string1, inlined_at 1 12 3
void Parser::loc() {
  auto frame = [&]() {
    auto number = [&](const char* what) {
      Token token = lexer_.expect(Token::Kind::number, what);  // no expression: nothing separates the numbers
      Constant value = parse_literal(token);
      if (value.is_float() || value.bits > UINT32_MAX) throw SyntaxError{std::string(what) + " is too large", token.line};
      return static_cast<uint32_t>(value.bits);
    };
    uint32_t file = number("a file's number"), line = number("a line"), column = number("a column");
    return Frame{file, line, column};
  };
  Frame at = frame(), caller{};
  bool is_inlined = false;
  while (lexer_.accept(",")) {
    if (lexer_.accept("function_name")) {
      lexer_.expect(Token::Kind::word, "a label");
      if (lexer_.at("+")) read_constant(lexer_);
    } else if (lexer_.accept("inlined_at")) {
      caller = frame();
      is_inlined = true;
    } else {
      lexer_.unexpected("function_name or inlined_at");
    }
  }
  budget_.tree(100);
  locations_.set(at, is_inlined ? &caller : nullptr);
  if (f_ && f_->location == 0) f_->location = locations_.current();
}

uint32_t Parser::add_register(std::string name, Type type, const Token& at) {
  if (f_->registers.size() >= kMostRegisters) throw SyntaxError{"this function has more than 1,048,576 registers", at.line};
  budget_.tree(sizeof(Register) + 2 * name.size() + 120);
  f_->registers.push_back({std::move(name), type});
  return static_cast<uint32_t>(f_->registers.size() - 1);
}

void Parser::declare(const Token& token, Name name) {
  budget_.tree(sizeof(Name) + 3 * token.text.size() + 120);
  if (!scopes_.back().names.try_emplace(std::string(token.text), std::move(name)).second)
    throw SyntaxError{quoted(token) + " is declared twice", token.line};
}

std::string Parser::unique_name(std::string_view name, std::unordered_map<std::string, uint32_t>& used) const {
  std::string out(name);
  uint32_t& n = used[out];
  bool is_outermost = scopes_.size() == 1;
  if (is_outermost) return out;
  return out + '#' + std::to_string(++n);
}

// .reg .b32 %r<25>, t;   .reg .v4 .f32 q;
void Parser::register_declaration() {
  uint32_t width = 1;
  Type type = type_directive(width);
  do {
    Token token = lexer_.expect(Token::Kind::word, "a register's name");
    if (lexer_.accept("<")) {
      uint64_t count = parse_literal(lexer_.expect(Token::Kind::number, "how many registers")).bits;
      lexer_.expect(">");
      if (count > kMostRegisters) throw SyntaxError{"this function has more than 1,048,576 registers", token.line};
      budget_.tree(sizeof(RegisterRange) + 2 * token.text.size() + 100);
      if (!scopes_.back().ranges.try_emplace(std::string(token.text), RegisterRange{count, type, width}).second)
        throw SyntaxError{quoted(token) + " is declared twice", token.line};
    } else {
      declare(token, make_register(token, type, width));
    }
  } while (lexer_.accept(","));
  lexer_.expect(";");
}

Name Parser::make_register(const Token& token, Type type, uint32_t width) {
  std::string unique = unique_name(token.text, used_names_);
  if (width == 1) return {Name::Kind::reg, add_register(std::move(unique), type, token), 1, {}, 1};
  uint32_t first = add_register(unique + ".x", type, token);
  for (uint32_t i = 1; i < width; ++i) add_register(unique + '.' + (i < 4 ? std::string(1, "xyzw"[i]) : std::to_string(i)), type, token);
  return {Name::Kind::vector_reg, first, width, {}, 1};
}

void Parser::local_declaration(Space space) {
  for (Variable& v : declaration(space, false, false)) {
    Token token{Token::Kind::word, v.name, v.ptx_line};
    std::string unique = unique_name(v.name, used_names_);
    declare(token, {Name::Kind::variable, 0, 1, unique, size_bytes(v.type)});
    v.name = std::move(unique);
    f_->locals.push_back(std::move(v));
  }
  lexer_.expect(";");
}

// "%r12" of a range "%r<25>" in this scope: made on first use, so that a range costs nothing but its text.
const Name* Parser::materialise(Scope& scope, const Token& token) {
  if (scope.ranges.empty()) return nullptr;
  std::string_view name = token.text;
  size_t digits = name.size();
  while (digits > 1 && name[digits - 1] >= '0' && name[digits - 1] <= '9') --digits;
  for (size_t split = digits; split < name.size(); ++split) {
    if (name[split] == '0' && split + 1 < name.size()) continue;  // "%r01" is no member of %r<…>
    auto range = scope.ranges.find(std::string(name.substr(0, split)));
    if (range == scope.ranges.end()) continue;
    uint64_t index = 0;
    auto [end, error] = std::from_chars(name.data() + split, name.data() + name.size(), index);
    if (error != std::errc() || index >= range->second.count) continue;
    std::string unique(name);
    if (scope.id != 0) unique += '#' + std::to_string(scope.id);
    uint32_t width = range->second.width;
    uint32_t first = add_register(unique, range->second.type, token);
    for (uint32_t i = 1; i < width; ++i) add_register(unique + '.' + std::to_string(i), range->second.type, token);
    Name::Kind kind = width > 1 ? Name::Kind::vector_reg : Name::Kind::reg;
    return &scope.names.try_emplace(std::string(name), Name{kind, first, width, {}, 1}).first->second;
  }
  return nullptr;
}

const Name* Parser::find(const Token& token) {
  std::string name(token.text);
  for (size_t i = scopes_.size(); i-- > 0;) {
    if (auto found = scopes_[i].names.find(name); found != scopes_[i].names.end()) return &found->second;
    if (const Name* made = materialise(scopes_[i], token)) return made;
  }
  return nullptr;
}

const std::string& Parser::declare_label(const Token& name, Labels& table) {
  budget_.tree(300 + 4 * name.text.size());
  auto [entry, is_new] = table.names.try_emplace(scoped(scopes_.back().id, name.text));
  if (!is_new) throw SyntaxError{"the label " + quoted(name) + " is declared twice", name.line};
  return entry->second = unique_name(name.text, table.used);
}

// After "name:".
void Parser::label(const Token& name) {
  if (lexer_.accept(".branchtargets")) return branch_targets(name);
  if (lexer_.at(".callprototype") || lexer_.at(".calltargets")) {  // what an indirect call may reach: the call itself says enough
    declare(name, {Name::Kind::prototype, 0, 1, {}, 1});
    return skip_to_semicolon();
  }
  f_->labels[declare_label(name, labels_)] = static_cast<uint32_t>(f_->body.size());
}

void Parser::branch_targets(const Token& name) {
  PendingList list{declare_label(name, lists_), scopes_.back().id, name.line, {}};
  do {
    Token target = lexer_.expect(Token::Kind::word, "a label");
    budget_.tree(2 * sizeof(std::string) + 2 * target.text.size());
    list.labels.emplace_back(target.text);
  } while (lexer_.accept(","));
  lexer_.expect(";");
  pending_lists_.push_back(std::move(list));
}

const std::string* Parser::find_label(uint32_t scope, const std::string& name, const Labels& table) const {
  for (;;) {
    auto found = table.names.find(scoped(scope, name));
    if (found != table.names.end()) return &found->second;
    if (scope == 0) return nullptr;
    scope = scope_parent_[scope];
  }
}

// Labels may stand after the branches to them: all are looked up when the body is complete.
void Parser::resolve_branches() {
  auto place = [&](const PendingBranch& use) -> std::pair<Instruction&, Operand&> {
    Instruction& i = f_->body[use.instruction];
    return {i, i.operands[use.operand]};
  };
  for (const PendingBranch& use : pending_) {
    auto [instruction, operand] = place(use);
    const std::string* label = find_label(use.scope, use.name, labels_);
    if (!label) throw SyntaxError{"unknown label " + quoted(use.name), instruction.ptx_line, instruction.location};
    operand.index = f_->labels.at(*label);
    operand.name = *label;
  }
  for (const PendingList& list : pending_lists_) {
    std::vector<std::string>& out = f_->branch_targets[list.unique];
    for (const std::string& name : list.labels) {
      const std::string* label = find_label(list.scope, name, labels_);
      if (!label) throw SyntaxError{"unknown label " + quoted(name), list.line};
      out.push_back(*label);
    }
  }
  for (const PendingBranch& use : list_uses_) {
    auto [instruction, operand] = place(use);
    const std::string* list = find_label(use.scope, use.name, lists_);
    if (!list) throw SyntaxError{"unknown list of branch targets " + quoted(use.name), instruction.ptx_line, instruction.location};
    operand.name = *list;
  }
}

void Parser::instruction() {
  Instruction i;
  if (lexer_.accept("@")) {
    i.guard_negated = lexer_.accept("!");
    Token guard = lexer_.expect(Token::Kind::word, "a predicate register");
    const Name* name = find(guard);
    if (!name || name->kind != Name::Kind::reg || f_->registers[name->index].type != Type::pred)
      throw SyntaxError{quoted(guard) + " is no predicate register", guard.line};
    i.guard = static_cast<int32_t>(name->index);
  }
  Token opcode = lexer_.expect(Token::Kind::word, "an instruction");
  if (i.guard < 0 && lexer_.accept(":")) return label(opcode);
  budget_.instruction();
  budget_.tree(sizeof(Instruction) + opcode.text.size());
  i.opcode = opcode_ = std::string(opcode.text);
  i.ptx_line = opcode.line;
  i.location = locations_.current();
  while (lexer_.peek().kind == Token::Kind::dot) {
    Token modifier = lexer_.next();
    budget_.tree(sizeof(std::string) + modifier.text.size());
    i.modifiers.emplace_back(modifier.text.substr(1));
  }
  operands(i);
  lexer_.expect(";");
  f_->body.push_back(std::move(i));
}

}  // namespace wg::ptx
