// PTX text -> syntax tree. Knows PTX's grammar (PTX ISA 9.0, chapters 4 and 5), not its instructions' meaning: the decoder
// looks those up in the opcode table. Every node carries its line in the PTX text, every instruction its source frames.
#pragma once
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wg::ptx {

// A message that quotes what stood in the text, cut so that nobody's name of a megabyte fills a terminal.
std::string shortened(const std::string& message);

// A program that can't be loaded: malformed, or it uses something that the emulated GPU doesn't have.
struct LoadError : std::runtime_error {
  LoadError(const std::string& what, uint32_t ptx_line_, std::string file_ = {}, uint32_t line_ = 0)
      : std::runtime_error(shortened(what)), ptx_line(ptx_line_), file(std::move(file_)), line(line_) {}
  uint32_t ptx_line;  // line in the PTX text, from 1
  std::string file;   // the innermost source frame (.loc) of the instruction; empty if the PTX has none
  uint32_t line;
};

enum class Type : uint8_t {
  none,
  b8,
  b16,
  b32,
  b64,
  b128,
  u8,
  u16,
  u32,
  u64,
  s8,
  s16,
  s32,
  s64,
  f16,
  f16x2,
  bf16,
  bf16x2,
  f32,
  f64,
  pred,
  u16x2,
  s16x2,
  tf32
};
unsigned size_bytes(Type);              // pred -> 1, none -> 0
Type type_from_name(std::string_view);  // "u32" -> Type::u32; Type::none if it is no type
const char* name_of(Type);

enum class Space : uint8_t { generic, global, shared, local, constant, param, reg };

// One frame of the source position of an instruction. frames[0] is the innermost inlined function, the last is the kernel.
struct Frame {
  uint32_t file;  // index into Module::files
  uint32_t line;
  uint32_t column;
};

struct Operand {
  enum class Kind : uint8_t {
    reg,        // index = register in Function::registers; negated for !%p
    special,    // name = "%tid.x", "%laneid", "%clock64", …
    immediate,  // bits; float_bits tells its width: 0 integer, 32 for 0f…, 64 for 0d… and decimal floats
    symbol,     // name (+ offset): a variable, function or parameter; resolved by the decoder. Scoped names are unique already
    address,    // [base + offset]: base is operands[0] (reg, symbol or immediate), offset in bytes
    vector,     // {a, b, c, d}: operands
    pair,       // d|p: operands[0], operands[1]
    label,      // branch target, index = position in Function::body (may equal body.size())
    sink,       // _
    list        // ( a, b ): parameter lists of call; brace-less
  };
  Kind kind = Kind::sink;
  bool negated = false;
  uint8_t float_bits = 0;
  uint32_t index = 0;
  uint64_t bits = 0;
  int64_t offset = 0;
  std::string name;
  std::vector<Operand> operands;
};

struct Instruction {
  std::string opcode;  // "ld"
  std::vector<std::string>
      modifiers;  // {"global", "v4", "f32"}: everything after the first dot, split at dots ("L1::no_allocate" stays whole)
  std::vector<Operand> operands;
  int32_t guard = -1;  // register index of the guard predicate, or -1
  bool guard_negated = false;
  uint32_t ptx_line = 0;
  uint32_t location = 0;         // index into Module::locations; 0 = unknown
  std::string spelling() const;  // "ld.global.v4.f32"
};

struct Register {
  std::string name;
  Type type;
};

struct Variable {
  std::string name;  // as referred to by operands (scoped .param names are made unique: "param0#3")
  Space space = Space::global;
  Type type = Type::b8;
  uint32_t align = 1;
  uint64_t count = 1;  // elements; 0 for an extern array of unknown size (dynamic shared memory)
  bool is_extern = false;
  bool is_visible = false;
  bool is_managed = false;    // .attribute(.managed): the host sees it too
  std::vector<uint8_t> init;  // little-endian bytes; empty = zero
  struct Reference {
    uint64_t at;
    std::string symbol;
    int64_t offset;
    bool generic;
  };  // 8-byte address of symbol at byte `at`
  std::vector<Reference> references;
  uint32_t ptx_line = 0;
  uint64_t bytes() const { return count * size_bytes(type); }
};

struct Function {
  std::string name;  // mangled
  bool is_entry = false;
  bool is_extern = false;  // declared, no body here (vprintf, __assertfail, malloc, free)
  std::vector<Variable> returns;
  std::vector<Variable> params;
  std::vector<Register> registers;
  std::vector<Variable> locals;  // .local, .shared, .param, .const declared inside the body, any depth
  std::vector<Instruction> body;
  std::map<std::string, uint32_t> labels;                          // label -> index into body
  std::map<std::string, std::vector<std::string>> branch_targets;  // name of a .branchtargets list -> labels
  std::vector<uint32_t> max_threads, required_threads;             // .maxntid, .reqntid (up to 3)
  uint32_t location = 0;                                           // of the opening .loc, if any
  uint32_t ptx_line = 0;
};

struct Module {
  unsigned version = 0;                       // 90 for .version 9.0
  unsigned target = 0;                        // 80 for sm_80
  std::map<uint32_t, std::string> files;      // .file table
  std::vector<std::vector<Frame>> locations;  // [0] is empty: unknown
  std::vector<Variable> variables;            // module scope: .global, .const, .shared, .local
  std::vector<Function> functions;
};

// Parses the whole text. Throws LoadError (with the PTX line, and file:line where a .loc precedes) on anything not understood;
// bounded: at most 64 MiB of text, 1 Mi instructions, 1 Mi registers a function, 64 levels of nesting, 256 MiB of initialisers.
Module parse(std::string_view text);

}  // namespace wg::ptx
