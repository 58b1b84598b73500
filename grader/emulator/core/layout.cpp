#include "layout.h"

#include <algorithm>

#include "decode.h"
#include "register_places.h"
#include "undefined.h"

namespace wg {
namespace {

constexpr uint32_t kScratch = 256;  // offset 0: where sinks are written; no register lies there

class Arranger {
 public:
  Arranger(const ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel)
      : program_(program), function_(function), code_(code), kernel_(kernel) {}

  Layout run() {
    lay_out_registers();
    lay_out_params();
    lay_out_locals();
    return std::move(out_);
  }

 private:
  void lay_out_registers() {
    uint32_t at = kScratch;
    const std::vector<bool> reached = reached_by_shuffles(function_);
    out_.undefined.resize(reached.size());
    for (size_t i = 0; i < reached.size(); i++) {
      if (!reached[i]) continue;
      out_.undefined[i] = at;
      at += uint32_t(sizeof(UndefinedSlot));
    }
    at = (at + 63) / 64 * 64;
    uint64_t declared = at;
    for (const auto& r : function_.registers) {
      if (ptx::size_bytes(r.type) > 8) refuse_at(program_, "128-bit registers are not emulated", function_.ptx_line, function_.location);
      declared += r.type == ptx::Type::pred ? 4 : lane_bytes(r.type) * kLanes;
    }
    if (declared > (64u << 20)) refuse_at(program_, "the function declares too many registers", function_.ptx_line, function_.location);
    RegisterPlacement places = place_registers(function_, at);
    out_.registers = std::move(places.offsets);
    out_.registers_end = places.end;
    code_.zeroed_bytes = places.zeroed_end;
  }

  void lay_out_params() {
    uint64_t at = 0;
    auto place = [&](const ptx::Variable& v, bool own) {
      at = (at + v.align - 1) / v.align * v.align;
      out_.params[v.name] = {uint32_t(at), own};
      out_.param_sizes[v.name] = uint32_t(v.bytes());
      at += v.bytes();
      if (at > (1u << 20)) refuse_at(program_, "parameters take more than 1 MiB", v.ptx_line, function_.location);
    };
    if (code_.is_entry) {
      for (size_t i = 0; i < function_.params.size(); i++) out_.params[function_.params[i].name] = {kernel_->param_offsets[i], true};
    } else {
      for (const auto& v : function_.params) {
        place(v, true);
        code_.param_offsets.push_back(out_.params[v.name].first);
        code_.param_sizes.push_back(uint32_t(v.bytes()));
      }
      for (const auto& v : function_.returns) {
        place(v, true);
        code_.return_offset = out_.params[v.name].first;
        code_.return_bytes = uint32_t(v.bytes());
      }
    }
    for (const auto& v : function_.locals)
      if (v.space == ptx::Space::param) place(v, false);
    code_.param_bytes = uint32_t((at + 15) / 16 * 16);
  }

  void lay_out_locals() {
    uint64_t local = 0, shared = 0;
    auto align = [](uint64_t x, uint32_t a) { return (x + a - 1) / a * a; };
    for (const std::vector<ptx::Variable>* list :
         std::initializer_list<const std::vector<ptx::Variable>*>{&program_.module.variables, &function_.locals})
      for (const auto& v : *list)
        if (v.space == ptx::Space::shared && v.count == 0) out_.dynamic.insert(v.name);
    for (const auto& v : function_.locals) {
      if (v.space == ptx::Space::local) {
        local = align(local, v.align);
        out_.local_offsets[v.name] = local;
        local += v.bytes();
      }
    }
    if (local > (512u << 10))
      refuse_at(program_, "local variables take more than 512 KiB a thread, the most that CUDA allows", function_.ptx_line,
                function_.location);
    code_.local_bytes = uint32_t(align(local, 16));
    if (!code_.is_entry) return;
    // A kernel's own shared variables, and those of the module that it names; what its functions use lies first.
    std::set<std::string> named;
    bool calls = false;
    for (const auto& i : function_.body) {
      calls |= i.opcode == "call";
      for (const auto& o : i.operands) collect(o, named);
    }
    shared = calls ? program_.common_shared_bytes : 0;
    uint32_t dynamic_align = 16;
    for (const std::vector<ptx::Variable>* list :
         std::initializer_list<const std::vector<ptx::Variable>*>{&program_.module.variables, &function_.locals})
      for (const auto& v : *list) {
        if (v.space != ptx::Space::shared) continue;
        if (v.count == 0) {
          if (named.count(v.name)) dynamic_align = std::max(dynamic_align, v.align);
          continue;
        }
        if (calls && program_.shared_offset.count(v.name)) continue;
        if (list == &program_.module.variables && !named.count(v.name)) continue;
        shared = align(shared, v.align);
        out_.own_shared[v.name] = uint32_t(shared);
        shared += v.bytes();
        if (shared > (1u << 30)) refuse_at(program_, "shared variables take more than 1 GiB", v.ptx_line, function_.location);
      }
    if (!out_.dynamic.empty()) {
      bool uses = calls;
      for (const auto& d : out_.dynamic) uses |= named.count(d) != 0;
      if (uses && shared) shared = align(shared, dynamic_align);
    }
    kernel_->static_shared_bytes = uint32_t(shared);
    kernel_->local_bytes = code_.local_bytes;
  }
  static void collect(const ptx::Operand& o, std::set<std::string>& names) {
    if (o.kind == ptx::Operand::Kind::symbol) names.insert(o.name);
    for (const auto& inner : o.operands) collect(inner, names);
  }

  const ProgramImpl& program_;
  const ptx::Function& function_;
  Code& code_;
  KernelInfo* kernel_;
  Layout out_;
};

}  // namespace

Layout lay_out(const ProgramImpl& program, const ptx::Function& function, Code& code, KernelInfo* kernel) {
  return Arranger(program, function, code, kernel).run();
}

bool lay_out_params(const std::vector<ptx::Variable>& params, std::vector<uint32_t>& offsets, uint32_t& bytes) {
  constexpr uint64_t kMost = 32764;
  uint64_t at = 0;
  for (const auto& p : params) {
    at = (at + p.align - 1) / p.align * p.align;
    offsets.push_back(uint32_t(at));
    at += p.bytes();
    if (at > kMost) return false;
  }
  bytes = uint32_t(at);
  return true;
}

unsigned lane_bytes(ptx::Type t) {
  if (t == ptx::Type::pred) return 1;
  const unsigned n = ptx::size_bytes(t);
  return n < 2 ? 2 : n;
}

}  // namespace wg
