// The PTX loader for Python: a module's text -> dicts.
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "core/cfg.h"

namespace nb = nanobind;

namespace wg::bindings {
namespace {

std::string text_of(const wg::ptx::Operand& o, const wg::ptx::Function& f) {
  using Kind = wg::ptx::Operand::Kind;
  auto joined = [&](const char* between) {
    std::string out;
    for (const auto& inner : o.operands) out += (out.empty() ? "" : between) + text_of(inner, f);
    return out;
  };
  auto offset = [&]() { return o.offset == 0 ? "" : (o.offset > 0 ? "+" : "") + std::to_string(o.offset); };
  switch (o.kind) {
    case Kind::reg: return (o.negated ? "!" : "") + f.registers[o.index].name;
    case Kind::special: return o.name;
    case Kind::immediate: return (o.float_bits == 32 ? "f32:" : o.float_bits == 64 ? "f64:" : "") + std::to_string(o.bits);
    case Kind::symbol: return o.name + offset();
    case Kind::address: return "[" + joined(", ") + offset() + "]";
    case Kind::vector: return "{" + joined(", ") + "}";
    case Kind::pair: return joined("|");
    case Kind::label: return "@" + std::to_string(o.index);
    case Kind::sink: return "_";
    case Kind::list: return "(" + joined(", ") + ")";
  }
  return "?";
}

nb::list instructions_of(const wg::ptx::Module& m, const wg::ptx::Function& f) {
  nb::list all;
  for (const auto& i : f.body) {
    nb::list operands, frames;
    for (const auto& o : i.operands) operands.append(text_of(o, f));
    for (const auto& frame : m.locations[i.location]) {
      auto file = m.files.find(frame.file);
      frames.append(nb::make_tuple(lenient(file == m.files.end() ? std::string() : file->second), frame.line));
    }
    nb::dict d;
    d["opcode"] = i.spelling();
    d["operands"] = operands;
    d["guard"] = i.guard < 0 ? std::string() : (i.guard_negated ? "!" : "") + f.registers[static_cast<size_t>(i.guard)].name;
    d["ptx_line"] = i.ptx_line;
    d["frames"] = frames;
    all.append(d);
  }
  return all;
}

}  // namespace

nb::object lenient(const std::string& text) {
  return nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

nb::dict dict_of(const wg::ptx::Variable& v) {
  nb::list references;
  for (const auto& r : v.references) references.append(nb::make_tuple(r.at, r.symbol, r.offset, r.generic));
  nb::dict d;
  d["name"] = v.name;
  d["space"] = nb::make_tuple("generic", "global", "shared", "local", "const", "param", "reg")[static_cast<size_t>(v.space)];
  d["type"] = wg::ptx::name_of(v.type);
  d["align"] = v.align;
  d["count"] = v.count;
  d["bytes"] = v.bytes();
  d["extern"] = v.is_extern;
  d["init"] = nb::bytes(reinterpret_cast<const char*>(v.init.data()), v.init.size());
  d["references"] = references;
  return d;
}

nb::dict parse(std::string_view text, bool bodies) {
  wg::ptx::Module m = wg::ptx::parse(text);
  auto variables = [](const std::vector<wg::ptx::Variable>& list) {
    nb::list out;
    for (const auto& v : list) out.append(dict_of(v));
    return out;
  };
  nb::list functions;
  for (const auto& f : m.functions) {
    nb::list registers;
    for (const auto& r : f.registers) registers.append(nb::make_tuple(r.name, wg::ptx::name_of(r.type)));
    nb::dict d;
    d["name"] = f.name;
    d["entry"] = f.is_entry;
    d["extern"] = f.is_extern;
    d["instructions"] = f.body.size();
    d["params"] = variables(f.params);
    d["returns"] = variables(f.returns);
    d["locals"] = variables(f.locals);
    d["registers"] = registers;
    d["labels"] = f.labels;
    d["branch_targets"] = f.branch_targets;
    d["max_threads"] = f.max_threads;
    d["required_threads"] = f.required_threads;
    if (bodies) {
      d["body"] = instructions_of(m, f);
      d["reconverge"] = wg::build_cfg(f).reconverge;
    }
    functions.append(d);
  }
  nb::dict d;
  d["version"] = m.version;
  d["target"] = m.target;
  nb::dict files;
  for (const auto& [index, path] : m.files) files[nb::int_(index)] = lenient(path);
  d["files"] = files;
  d["variables"] = variables(m.variables);
  d["functions"] = functions;
  return d;
}

}  // namespace wg::bindings
