// Loading a module: variables get memory, functions get code.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "decode.h"
#include "layout.h"

namespace wg {
namespace {

void collect_shared(const ptx::Operand& o, std::set<std::string>& names) {
  if (o.kind == ptx::Operand::Kind::symbol) names.insert(o.name);
  for (const auto& inner : o.operands) collect_shared(inner, names);
}

// Shared variables that functions (not kernels) use lie at the same offset in every kernel that calls.
void lay_out_common_shared(ProgramImpl& p) {
  std::set<std::string> named;
  for (const auto& f : p.module.functions) {
    if (f.is_entry) continue;
    for (const auto& i : f.body)
      for (const auto& o : i.operands) collect_shared(o, named);
  }
  uint64_t at = 0;
  auto place = [&](const ptx::Variable& v) {
    if (v.space != ptx::Space::shared || v.count == 0 || p.shared_offset.count(v.name)) return;
    at = (at + v.align - 1) / v.align * v.align;
    p.shared_offset[v.name] = uint32_t(at);
    at += v.bytes();
    if (at > (1u << 30)) refuse_at(p, "shared variables take more than 1 GiB", v.ptx_line, 0);
  };
  for (const auto& v : p.module.variables)
    if (named.count(v.name)) place(v);
  for (const auto& f : p.module.functions)
    if (!f.is_entry)
      for (const auto& v : f.locals) place(v);
  p.common_shared_bytes = uint32_t(at);
}

void place_variables(ProgramImpl& p) {
  auto place = [&](const ptx::Variable& v) {
    if (v.space != ptx::Space::global && v.space != ptx::Space::constant) return;
    if (v.is_extern)
      refuse_at(p, "the variable " + v.name + " is declared but not defined in this module (separate compilation is not emulated)",
                v.ptx_line, 0);
    const bool constant = v.space == ptx::Space::constant;
    const uint64_t size = std::max<uint64_t>(v.bytes(), 1);
    int file = -1;
    Allocation* a = v.is_managed ? p.memory.allocate_mapped(size, AllocationKind::managed, "__managed__ " + demangle(v.name), &file)
                                 : p.memory.allocate(size, constant ? AllocationKind::constant : AllocationKind::variable,
                                                     std::string(constant ? "__constant__ " : "__device__ ") + demangle(v.name));
    if (file >= 0) p.managed_files[v.name] = file;
    if (!a) refuse_at(p, "the variables don't fit into the device's memory", v.ptx_line, 0);
    auto* bytes = reinterpret_cast<uint8_t*>(a->base);  // fresh pages: zeros, and nobody has touched them yet
    if (!v.init.empty()) std::memcpy(bytes, v.init.data(), std::min<uint64_t>(v.init.size(), a->bytes));
    p.memory.mark_written(a->base, a->bytes);
    p.variables[v.name] = {a->base, v.bytes()};
  };
  for (const auto& v : p.module.variables) place(v);
  for (const auto& f : p.module.functions)
    for (const auto& v : f.locals) place(v);
}

void fill_references(ProgramImpl& p) {
  for (const auto& v : p.module.variables) {
    for (const auto& r : v.references) {
      uint64_t value = 0;
      if (const auto it = p.variables.find(r.symbol); it != p.variables.end()) value = it->second.first;
      else if (const auto f = p.function_index.find(r.symbol); f != p.function_index.end()) value = f->second;
      else refuse_at(p, "the initialiser of " + v.name + " names an unknown symbol " + r.symbol, v.ptx_line, 0);
      value += uint64_t(r.offset);
      const auto to = p.variables.find(v.name);
      if (to == p.variables.end() || r.at + 8 > std::max<uint64_t>(to->second.second, 1))
        refuse_at(p, "the initialiser of " + v.name + " does not fit", v.ptx_line, 0);
      std::memcpy(reinterpret_cast<void*>(to->second.first + r.at), &value, 8);
    }
  }
}

}  // namespace

Program::Program(std::string_view text, Memory& memory, bool each_alone) : impl(std::make_unique<Impl>(memory)) {
  ProgramImpl& p = *impl;
  p.module = ptx::parse(text);
  if (!p.module.version || !p.module.target) refuse_at(p, "this is no PTX module: it has no .version or no .target", 1, 0);
  for (const auto& frames : p.module.locations) {
    auto& out = p.frames.emplace_back();
    for (const auto& f : frames) {
      const auto file = p.module.files.find(f.file);
      out.push_back({file == p.module.files.end() ? std::string() : file->second, f.line, f.column});
    }
  }
  if (p.frames.empty()) p.frames.emplace_back();
  lay_out_common_shared(p);
  place_variables(p);

  std::vector<std::pair<const ptx::Function*, Code*>> todo;
  for (const auto& f : p.module.functions) {
    if (f.is_extern) continue;
    p.codes.push_back(std::make_unique<Code>());
    Code* code = p.codes.back().get();
    code->name = f.name;
    code->function = &f;
    code->is_entry = f.is_entry;
    p.by_name[f.name] = code;
    if (!f.is_entry) {
      p.function_index[f.name] = kFunctionBase + p.function_table.size();
      p.function_table.push_back(code);
    }
    todo.emplace_back(&f, code);
  }
  fill_references(p);
  for (auto [f, code] : todo) {
    KernelInfo* info = nullptr;
    if (f->is_entry) {
      p.kernels.push_back(std::make_unique<KernelInfo>());
      info = p.kernels.back().get();
      info->name = f->name;
      info->demangled = demangle(f->name);
      info->base = base_name(info->demangled);
      info->params = f->params;
      if (!lay_out_params(f->params, info->param_offsets, info->param_bytes))
        refuse_at(p, "the kernel's parameters take more than 32,764 bytes, the most that CUDA allows", f->ptx_line, f->location);
      if (!f->max_threads.empty() || !f->required_threads.empty()) {
        uint64_t n = 1;
        for (uint32_t x : f->max_threads.empty() ? f->required_threads : f->max_threads) n *= x;
        info->max_threads = uint32_t(std::min<uint64_t>(n, 1024));
      }
      for (const auto& v : p.module.variables)
        if (v.space == ptx::Space::constant) info->constant_bytes += uint32_t(v.bytes());
      p.kernel_by_name[f->name] = info;
    }
    const size_t sites = p.sites.size();
    try {
      decode(p, *f, *code, info);
    } catch (const ptx::LoadError& error) {
      if (!each_alone || !info) throw;
      p.sites.resize(sites);  // half a kernel has nothing to count
      p.refused.emplace(f->name, error);
    }
  }
}

Program::~Program() {
  for (const auto& [name, file] : impl->managed_files) close(file);
}

int Program::managed_file(std::string_view mangled) const {
  const auto it = impl->managed_files.find(std::string(mangled));
  return it == impl->managed_files.end() ? -1 : it->second;
}

const KernelInfo* Program::find_kernel(std::string_view mangled) const {
  const auto it = impl->kernel_by_name.find(std::string(mangled));
  return it == impl->kernel_by_name.end() ? nullptr : it->second;
}

const ptx::LoadError* Program::refused(std::string_view mangled) const {
  const auto it = impl->refused.find(std::string(mangled));
  return it == impl->refused.end() ? nullptr : &it->second;
}

std::vector<const KernelInfo*> Program::kernels() const {
  std::vector<const KernelInfo*> all;
  for (const auto& k : impl->kernels) all.push_back(k.get());
  return all;
}

std::pair<uint64_t, uint64_t> Program::find_variable(std::string_view mangled) const {
  const auto it = impl->variables.find(std::string(mangled));
  return it == impl->variables.end() ? std::pair<uint64_t, uint64_t>{0, 0} : it->second;
}

}  // namespace wg
