// Modules: PTX arrives in pieces, is loaded at its first use, and gives kernels and variables by name.
#include <unistd.h>

#include <algorithm>

#include "session.h"

namespace wg {

using wire::Api;

namespace {
constexpr uint64_t kModules = 4096, kImages = 64, kFunctions = 1u << 16;
constexpr uint64_t kPtxBytes = 64ull << 20, kPtxBytesTotal = 256ull << 20;
constexpr int kInvalidImage = 200;
constexpr uint32_t kUsualRegisters = 32;  // of a kernel that ptxas has said nothing about

Finding unsupported(const ptx::LoadError& error, const std::string& kernel) {
  Finding f;
  f.verdict = "UNSUPPORTED";
  f.kernel = kernel;
  if (error.line) f.frames.push_back({error.file, error.line});
  f.count = 1;
  f.message = std::string(error.what()) + " (line " + std::to_string(error.ptx_line) + " of the PTX)";
  return f;
}

}  // namespace

Session::Module* Session::find_module(uint64_t id) {
  const auto found = modules_.find(id);
  return found == modules_.end() ? nullptr : &found->second;
}

// The client lists the images of a fat binary; the device says which one it wants: the newest PTX that this card can run.
int Session::module_begin(Request& r) {
  const auto count = r.in.get<uint32_t>();
  if (!r.in.ok() || count > kImages) return kInvalidImage;
  if (modules_.size() >= kModules) return kMemoryAllocation;
  std::vector<Image> images(count);
  for (Image& image : images) {
    image.arch = r.in.get<uint32_t>();
    image.compressed = r.in.get<uint8_t>() != 0;
    image.bytes = r.in.get<uint64_t>();
  }
  if (!r.in.ok()) return kInvalidImage;
  const auto card = static_cast<uint32_t>(options_.profile.major * 10 + options_.profile.minor);
  uint32_t chosen = ~0u;
  for (uint32_t i = 0; i < count; ++i) {
    if (images[i].arch <= card && (chosen == ~0u || images[i].arch > images[chosen].arch)) chosen = i;
  }
  const uint64_t id = next_module_++;
  Module& module = modules_[id];
  if (chosen == ~0u) {
    module.load_error = kNoKernelImage;
  } else if (images[chosen].compressed) {
    report("UNSUPPORTED", "the program's PTX is compressed; build it with `grader nvcc` (or nvcc --no-compress)");
    module.load_error = kInvalidPtx;
    chosen = ~0u;
  } else if (images[chosen].bytes > kPtxBytes || ptx_bytes_ + images[chosen].bytes > kPtxBytesTotal) {
    module.load_error = kMemoryAllocation;
    chosen = ~0u;
  } else {
    module.expected_bytes = images[chosen].bytes;
    ptx_bytes_ += images[chosen].bytes;
  }
  out_.put(id).put(chosen);
  return kSuccess;
}

int Session::module_data(Request& r) {
  Module* module = find_module(r.in.get<uint64_t>());
  const size_t size = r.in.left();
  if (!r.in.ok() || !module || module->loaded || module->ptx.size() + size > module->expected_bytes) return kInvalidImage;
  const uint8_t* data = r.in.take(size);
  module->ptx.append(reinterpret_cast<const char*>(data), size);
  return kSuccess;
}

int Session::module_close(Request& r) {
  const auto id = r.in.get<uint64_t>();
  Module* module = find_module(id);
  if (!module) return kInvalidHandle;
  run_all();  // its kernels may be waiting; programs that end without waiting for their work come through here
  ptx_bytes_ -= std::min(ptx_bytes_, module->expected_bytes);
  for (const uint64_t address : module->managed) {
    if (const Allocation* a = memory_->find(address)) mapped_bytes_ -= std::min(mapped_bytes_, a->bytes);
    memory_->release(address);
  }
  modules_.erase(id);  // its kernels stay in functions_, and are refused since their module is gone
  return kSuccess;
}

// Lazy, as the real runtime is. What the emulated GPU doesn't know is told once, with the line of the instruction.
int Session::load(Module& module) {
  if (module.loaded || module.load_error) return module.load_error;
  if (module.ptx.size() != module.expected_bytes) return kInvalidImage;
  module.loaded = true;
  while (!module.ptx.empty() && module.ptx.back() == '\0') module.ptx.pop_back();  // images are padded
  try {
    ensure_heap(module.ptx);
    module.program = std::make_unique<Program>(module.ptx, *memory_, true);
  } catch (const ptx::LoadError& error) {
    recorder_.finding(unsupported(error, {}), -1, phase_);
    module.load_error = kInvalidPtx;
  } catch (const std::bad_alloc&) { module.load_error = kMemoryAllocation; }
  module.ptx = {};
  return module.load_error;
}

int Session::kernel(Request& r) {
  const auto id = r.in.get<uint64_t>();
  const std::string name = r.in.text(1u << 16);
  Module* module = find_module(id);
  const bool measured = r.in.left() > 0;
  const auto arch = measured ? r.in.get<uint32_t>() : 0, registers = measured ? r.in.get<uint32_t>() : 0,
             frame = measured ? r.in.get<uint32_t>() : 0;
  if (!r.in.ok() || !module) return note(r, kInvalidDeviceFunction);
  if (const int error = load(*module)) return note(r, error);
  const KernelInfo* info = module->program->find_kernel(name);
  if (!info || functions_.size() >= kFunctions) return note(r, kInvalidDeviceFunction);
  if (const ptx::LoadError* error = module->program->refused(name)) {
    recorder_.finding(unsupported(*error, info->demangled), -1, phase_);
    return note(r, kInvalidPtx);
  }
  uint64_t& number = function_numbers_[{id, name}];
  if (!number) {
    const uint64_t standard = static_cast<uint64_t>(options_.profile.shared_bytes_per_block);
    const uint32_t dynamic = static_cast<uint32_t>(standard - std::min<uint64_t>(standard, info->static_shared_bytes));
    const auto card = static_cast<uint32_t>(options_.profile.major * 10 + options_.profile.minor);
    functions_.push_back({id, name, info, dynamic, measured ? std::min(registers, 255u) : kUsualRegisters, measured && arch == card,
                          std::max(frame, info->local_bytes)});
    number = functions_.size();
  }
  const auto card = static_cast<uint32_t>(options_.profile.major * 10 + options_.profile.minor);
  const auto threads = std::min<uint32_t>(info->max_threads, static_cast<uint32_t>(options_.profile.threads_per_block));
  out_.put(number);
  out_.put(wire::FunctionInfo{info->static_shared_bytes, info->constant_bytes, functions_[number - 1].local_bytes, threads, card, card,
                              functions_[number - 1].max_dynamic_shared, functions_[number - 1].registers});
  out_.put(info->param_bytes).put(static_cast<uint32_t>(info->params.size()));
  for (size_t i = 0; i < info->params.size(); ++i) { out_.put(info->param_offsets[i]).put(static_cast<uint32_t>(info->params[i].bytes())); }
  return note(r, kSuccess);
}

int Session::variable(Request& r) {
  Module* module = find_module(r.in.get<uint64_t>());
  const std::string name = r.in.text(1u << 16);
  if (!r.in.ok() || !module) return note(r, kInvalidSymbol);
  if (const int error = load(*module)) return note(r, error);
  const auto [address, bytes] = module->program->find_variable(name);
  if (!address) return note(r, kInvalidSymbol);
  out_.put(address).put(bytes);
  return note(r, kSuccess);
}

// The variable's pages are the program's and the host's.
int Session::managed_variable(Request& r) {
  Module* module = find_module(r.in.get<uint64_t>());
  const std::string name = r.in.text(1u << 16);
  const auto wanted = r.in.get<uint64_t>();
  if (!r.in.ok() || !module) return kInvalidSymbol;
  if (const int error = load(*module)) return error;
  const auto [address, bytes] = module->program->find_variable(name);
  if (!address || bytes != wanted) return kInvalidSymbol;
  const int file = module->program->managed_file(name);
  if (file < 0) return kInvalidSymbol;
  descriptor_ = dup(file);
  mapped_bytes_ += bytes;
  module->managed.push_back(address);
  out_.put(address);
  return kSuccess;
}

}  // namespace wg
