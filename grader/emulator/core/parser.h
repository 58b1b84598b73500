// The parser's shared state. One class, three files: parse_module.cpp (directives and functions), parse_variable.cpp (declarations and
// initialisers), parse_body.cpp (statements, scopes, operands). Internal to the PTX loader; others include ptx.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "constants.h"
#include "lexer.h"
#include "location.h"
#include "ptx.h"

namespace wg::ptx {

// Keeps what a stranger's text can make us hold within bounds: every node is charged for before it is made.
class Budget {
 public:
  explicit Budget(const Lexer& lexer) : lexer_(lexer) {}
  void tree(uint64_t bytes) { take(bytes, tree_bytes_, kTreeBytes, "this module's syntax tree would take more than 768 MiB"); }
  void initialiser(uint64_t bytes) { take(bytes, init_bytes_, 256ull << 20, "this module's initialisers take more than 256 MiB"); }
  void instruction() { take(1, instructions_, 1 << 20, "this module has more than 1,048,576 instructions"); }

 private:
  static constexpr uint64_t kTreeBytes = 768ull << 20;
  void take(uint64_t n, uint64_t& used, uint64_t limit, const char* what) {
    if (n > limit - used) lexer_.fail(what);
    used += n;
  }
  const Lexer& lexer_;
  uint64_t tree_bytes_ = 0, init_bytes_ = 0, instructions_ = 0;
};

// What a name in a function body stands for.
struct Name {
  enum class Kind : uint8_t { reg, vector_reg, variable, prototype };
  Kind kind;
  uint32_t index = 0;    // register; first of the parts of a vector register
  uint32_t width = 1;    // of a vector register
  std::string unique;    // variable: as operands say it
  uint32_t element = 1;  // variable: bytes of one element, for name[3]
};

struct RegisterRange {  // .reg .b32 %r<25>
  uint64_t count;
  Type type;
  uint32_t width;
};

struct Scope {
  uint32_t id = 0;
  std::unordered_map<std::string, Name> names;
  std::unordered_map<std::string, RegisterRange> ranges;  // by prefix: "%r"; its registers come into being when named first
};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), budget_(lexer_), locations_(module_) {}
  Module parse();
  // The syntax error with the innermost source frame in force. Files come last in PTX, so the rest of the text is searched for them.
  LoadError explain(const SyntaxError& error);

 private:
  // parse_module.cpp
  void module_directive();
  void file_directive();
  void section();
  void alias();
  void target();
  void skip_to_semicolon();
  void function(bool is_entry, bool is_visible, bool is_extern);
  void function_attributes(Function& f);
  std::vector<Variable> parameters(bool is_return);
  void add_function(Function f);
  void add_variable(Variable v);
  void finish();
  void rename(Operand& operand, const std::unordered_map<std::string, std::string>& to) const;
  void check_symbols(const Operand& operand, const Function& f, const Instruction& at) const;

  // parse_variable.cpp
  struct Shape {
    std::vector<uint64_t> bounds;       // outermost first; a vector type's width is the last one
    bool is_open = false;               // the first bound is missing: name[]
    uint64_t span(size_t level) const;  // elements below one item of that level
  };
  // What follows the space's directive, up to the semicolon (which is left).
  std::vector<Variable> declaration(Space space, bool is_extern, bool is_visible);
  Type type_directive(uint32_t& vector_width);
  Shape array_bounds(Variable& v, uint32_t vector_width);
  void initialiser(Variable& v, const Shape& shape);
  uint64_t initialiser_list(Variable& v, const Shape& shape, size_t level, uint64_t begin);
  uint64_t initialiser_value(Variable& v, const Shape& shape, uint64_t at);
  void put_constant(Variable& v, const Constant& value, uint64_t at);
  void put_masked(Variable& v, uint64_t mask, uint64_t at);
  Variable::Reference address_value();
  uint32_t alignment();

  // parse_body.cpp
  void body(Function& f);
  void statement();
  void register_declaration();
  void local_declaration(Space space);
  void label(const Token& name);
  void branch_targets(const Token& name);
  void loc();
  void instruction();
  void open_scope();
  void resolve_branches();
  uint32_t add_register(std::string name, Type type, const Token& at);
  void declare(const Token& token, Name name);
  std::string unique_name(std::string_view name, std::unordered_map<std::string, uint32_t>& used) const;
  Name make_register(const Token& token, Type type, uint32_t width);
  const Name* find(const Token& token);
  const Name* materialise(Scope& scope, const Token& token);

  // parse_operand.cpp
  void operands(Instruction& i);
  void drop_prototype(Instruction& i);
  void branch_operand(uint32_t instruction, uint32_t operand, std::string name, bool is_list);
  Operand node(Operand::Kind kind);
  Operand operand(unsigned depth);
  Operand vector(unsigned depth);
  Operand list();
  Operand address(unsigned depth);
  Operand immediate();
  Operand named();
  uint32_t module_element(const Token& token) const;
  Operand symbol_offset(Operand symbol, uint32_t element);
  Operand special(const Token& token);
  Operand component(const Name& name);

  struct PendingBranch {
    uint32_t instruction;
    uint32_t operand;
    uint32_t scope;
    std::string name;
  };
  struct PendingList {
    std::string unique;
    uint32_t scope;
    uint32_t line;
    std::vector<std::string> labels;
  };
  struct Labels {
    std::unordered_map<std::string, std::string> names;  // "scope:label" -> unique name
    std::unordered_map<std::string, uint32_t> used;
  };
  const std::string* find_label(uint32_t scope, const std::string& name, const Labels& table) const;
  const std::string& declare_label(const Token& name, Labels& table);

  Module module_;
  Lexer lexer_;
  Budget budget_;
  Locations locations_;
  std::unordered_map<std::string, size_t> function_index_, variable_index_;
  std::vector<std::pair<std::string, std::string>> aliases_;

  std::unordered_set<std::string> local_names_;  // of the function that finish() checks

  // of the function in work
  Function* f_ = nullptr;
  std::string opcode_;  // of the instruction in work
  uint32_t operand_count_ = 0;
  std::vector<Scope> scopes_;
  std::vector<uint32_t> scope_parent_;  // by scope id
  std::unordered_map<std::string, uint32_t> used_names_;
  Labels labels_, lists_;
  std::vector<PendingBranch> pending_;
  std::vector<PendingList> pending_lists_;
  std::vector<PendingBranch> list_uses_;  // of brx.idx
};

}  // namespace wg::ptx
