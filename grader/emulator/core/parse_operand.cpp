// Operands of instructions (PTX ISA 9.0, chapter 6).
#include "parser.h"

namespace wg::ptx {
namespace {

using Kind = Operand::Kind;
constexpr uint32_t kMostOperands = 1024;  // of one instruction, nested ones included; wgmma's 256 registers are the most PTX has
constexpr unsigned kDeepestOperand = 8;

// Special registers (PTX ISA 9.0, chapter 10), without components. The decoder knows which of them the emulated GPU has.
constexpr std::string_view kSpecials[] = {"%tid",
                                          "%ntid",
                                          "%laneid",
                                          "%warpid",
                                          "%nwarpid",
                                          "%ctaid",
                                          "%nctaid",
                                          "%smid",
                                          "%nsmid",
                                          "%gridid",
                                          "%lanemask_eq",
                                          "%lanemask_le",
                                          "%lanemask_lt",
                                          "%lanemask_ge",
                                          "%lanemask_gt",
                                          "%clock",
                                          "%clock_hi",
                                          "%clock64",
                                          "%globaltimer",
                                          "%globaltimer_lo",
                                          "%globaltimer_hi",
                                          "%total_smem_size",
                                          "%dynamic_smem_size",
                                          "%aggr_smem_size",
                                          "%reserved_smem_offset_begin",
                                          "%reserved_smem_offset_end",
                                          "%reserved_smem_offset_cap",
                                          "%reserved_smem_offset_0",
                                          "%reserved_smem_offset_1",
                                          "%is_explicit_cluster",
                                          "%clusterid",
                                          "%nclusterid",
                                          "%cluster_ctaid",
                                          "%cluster_nctaid",
                                          "%cluster_ctarank",
                                          "%cluster_nctarank",
                                          "%current_graph_exec"};

bool is_special(std::string_view name) {
  for (std::string_view special : kSpecials)
    if (name == special) return true;
  return name.starts_with("%pm") || name.starts_with("%envreg");
}

int component_index(std::string_view text) {
  constexpr std::string_view kPosition[] = {".x", ".y", ".z", ".w"}, kColour[] = {".r", ".g", ".b", ".a"};
  for (int i = 0; i < 4; ++i)
    if (text == kPosition[i] || text == kColour[i]) return i;
  return -1;
}

}  // namespace

Operand Parser::node(Kind kind) {
  if (++operand_count_ > kMostOperands) lexer_.fail("too many operands");
  budget_.tree(sizeof(Operand));
  Operand o;
  o.kind = kind;
  return o;
}

void Parser::operands(Instruction& i) {
  operand_count_ = 0;
  bool is_call = i.opcode == "call", is_branch = i.opcode == "bra", is_indexed_branch = i.opcode == "brx";
  if (lexer_.at(";") && !is_call && !is_branch && !is_indexed_branch) return;
  do {
    bool is_label = (is_branch && i.operands.empty()) || (is_indexed_branch && i.operands.size() == 1);
    if (is_label) {
      Token name = lexer_.expect(Token::Kind::word, is_branch ? "a label" : "a list of branch targets");
      branch_operand(static_cast<uint32_t>(f_->body.size()), static_cast<uint32_t>(i.operands.size()), std::string(name.text),
                     is_indexed_branch);
      i.operands.push_back(node(is_branch ? Kind::label : Kind::symbol));
    } else if (is_call && lexer_.at("(")) {
      i.operands.push_back(list());
    } else {
      i.operands.push_back(operand(0));
    }
  } while (lexer_.accept(","));
  if (is_call) drop_prototype(i);
  if ((is_branch && i.operands.size() != 1) || (is_indexed_branch && i.operands.size() != 2))
    lexer_.fail("wrong number of operands for " + quoted(i.spelling()));
}

void Parser::branch_operand(uint32_t instruction, uint32_t operand, std::string name, bool is_list) {
  budget_.tree(sizeof(PendingBranch) + name.size());
  (is_list ? list_uses_ : pending_).push_back({instruction, operand, scopes_.back().id, std::move(name)});
}

// call (result), target, (arguments), prototype: the tree holds the list of results (if any), the target and the list of arguments (if
// any).
void Parser::drop_prototype(Instruction& i) {
  size_t target = !i.operands.empty() && i.operands[0].kind == Kind::list ? 1 : 0;
  if (i.operands.size() <= target || (i.operands[target].kind != Kind::symbol && i.operands[target].kind != Kind::reg))
    lexer_.fail("a call needs a function's name or a register that holds one");
  size_t most = target + 1;
  if (i.operands.size() > most && i.operands[most].kind == Kind::list) ++most;
  if (i.operands.size() > most && i.operands.back().kind == Kind::sink && i.operands.size() == most + 1) i.operands.pop_back();
  if (i.operands.size() > most) lexer_.fail("unexpected operand of a call");
}

Operand Parser::operand(unsigned depth) {
  if (depth > kDeepestOperand) lexer_.fail("operands are nested too deeply");
  const Token& token = lexer_.peek();
  Operand first;
  if (token.is("{")) {
    first = vector(depth);
  } else if (token.is("[")) {
    first = address(depth);
  } else if (token.is("!")) {
    lexer_.next();
    if (lexer_.peek().kind == Token::Kind::word) {
      first = named();
      if (first.kind != Kind::reg) lexer_.fail("'!' needs a predicate register");
      first.negated = true;
    } else {
      Operand value = immediate();
      first = node(Kind::immediate);
      first.bits = value.bits == 0;
    }
  } else if (starts_constant(token) || token.is("(")) {
    first = immediate();
  } else if (token.kind == Token::Kind::word) {
    first = named();
  } else {
    lexer_.unexpected("an operand");
  }
  if (!lexer_.accept("|")) return first;
  Operand pair = node(Kind::pair);
  pair.operands.push_back(std::move(first));
  pair.operands.push_back(named());
  return pair;
}

Operand Parser::vector(unsigned depth) {
  Operand o = node(Kind::vector);
  lexer_.expect("{");
  do o.operands.push_back(operand(depth + 1));
  while (lexer_.accept(","));
  lexer_.expect("}");
  return o;
}

Operand Parser::list() {
  Operand o = node(Kind::list);
  lexer_.expect("(");
  if (lexer_.accept(")")) return o;
  do o.operands.push_back(operand(1));
  while (lexer_.accept(","));
  lexer_.expect(")");
  return o;
}

// [base], [base+offset]; further parts after commas (textures, tensors) are kept for the decoder to refuse.
Operand Parser::address(unsigned depth) {
  Operand o = node(Kind::address);
  lexer_.expect("[");
  if (lexer_.peek().kind == Token::Kind::word && !lexer_.at("WARP_SZ")) {
    Operand base = named();
    std::swap(o.offset, base.offset);
    if (lexer_.at("+") || lexer_.at("-")) {
      Constant offset = read_constant(lexer_);
      if (offset.is_float()) lexer_.fail("an address' offset must be an integer");
      o.offset = static_cast<int64_t>(static_cast<uint64_t>(o.offset) + offset.bits);
    }
    o.operands.push_back(std::move(base));
  } else {
    o.operands.push_back(immediate());
  }
  while (lexer_.accept(",")) o.operands.push_back(operand(depth + 1));
  lexer_.expect("]");
  return o;
}

Operand Parser::immediate() {
  Constant value = read_constant(lexer_);
  Operand o = node(Kind::immediate);
  o.bits = value.bits;
  o.float_bits = value.kind == Constant::Kind::f32 ? 32 : value.kind == Constant::Kind::f64 ? 64 : 0;
  return o;
}

// A register, special register, variable, function, or "_".
Operand Parser::named() {
  Token token = lexer_.expect(Token::Kind::word, "a name");
  const Name* name = find(token);
  if (!name) {
    if (token.text == "_") return node(Kind::sink);
    if (token.text[0] == '%') return special(token);
    Operand o = node(Kind::symbol);
    o.name = std::string(token.text);
    budget_.tree(o.name.size());
    return symbol_offset(std::move(o), module_element(token));
  }
  switch (name->kind) {
    case Name::Kind::prototype: return node(Kind::sink);  // drop_prototype removes it
    case Name::Kind::reg: {
      if (lexer_.peek().kind == Token::Kind::dot)
        throw SyntaxError{"parts of a register (" + quoted(lexer_.peek()) + ") are not supported", token.line};
      Operand o = node(Kind::reg);
      o.index = name->index;
      return o;
    }
    case Name::Kind::vector_reg: return component(*name);
    case Name::Kind::variable: break;
  }
  Operand o = node(Kind::symbol);
  o.name = name->unique;
  budget_.tree(o.name.size());
  return symbol_offset(std::move(o), name->element);
}

uint32_t Parser::module_element(const Token& token) const {
  auto found = variable_index_.find(std::string(token.text));
  return found == variable_index_.end() ? 0 : size_bytes(module_.variables[found->second].type);
}

// name[3] counts elements, name+12 bytes. In an address the caller moves the offset outwards.
Operand Parser::symbol_offset(Operand symbol, uint32_t element) {
  if (element != 0 && lexer_.accept("[")) {
    Constant index = read_constant(lexer_);
    if (index.is_float()) lexer_.fail("an index must be an integer");
    symbol.offset = static_cast<int64_t>(index.bits * element);
    lexer_.expect("]");
    if (opcode_ == "mov" || opcode_ == "cvta") return symbol;
    Operand o = node(Kind::address);  // ld.global.u32 %r1, table[3]
    std::swap(o.offset, symbol.offset);
    o.operands.push_back(std::move(symbol));
    return o;
  }
  if (lexer_.at("+") || lexer_.at("-")) {
    Constant offset = read_constant(lexer_);
    if (offset.is_float()) lexer_.fail("an address' offset must be an integer");
    symbol.offset = static_cast<int64_t>(offset.bits);
  }
  return symbol;
}

Operand Parser::special(const Token& token) {
  if (!is_special(token.text)) throw SyntaxError{"unknown register " + quoted(token), token.line};
  Operand o = node(Kind::special);
  o.name = std::string(token.text);
  if (lexer_.peek().kind == Token::Kind::dot) {
    if (component_index(lexer_.peek().text) < 0) lexer_.unexpected("a component such as .x");
    o.name += std::string(lexer_.next().text);
  }
  return o;
}

// q.x of a vector register q, or q as a whole: {q.x, q.y, q.z, q.w}.
Operand Parser::component(const Name& name) {
  auto part = [&](uint32_t i) {
    Operand o = node(Kind::reg);
    o.index = name.index + i;
    return o;
  };
  if (lexer_.peek().kind == Token::Kind::dot) {
    int i = component_index(lexer_.peek().text);
    if (i < 0 || static_cast<uint32_t>(i) >= name.width) lexer_.unexpected("a component of the vector");
    lexer_.next();
    return part(static_cast<uint32_t>(i));
  }
  Operand o = node(Kind::vector);
  for (uint32_t i = 0; i < name.width; ++i) o.operands.push_back(part(i));
  return o;
}

}  // namespace wg::ptx
