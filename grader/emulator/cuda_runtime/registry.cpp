#include "registry.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "cubin.h"
#include "fatbin.h"
#include "host_fault.h"

namespace wg::client {
namespace {

struct Module;

struct RegisteredKernel {
  Module* module;
  std::string name;
  Kernel known;
  uint64_t generation = 0;  // of `known`
};

struct RegisteredVariable {
  Module* module;
  std::string name;
  Variable known;
  uint64_t generation = 0;
};

struct ManagedVariable {
  void** host;  // the program's pointer to the shared pages
  std::string name;
  uint64_t bytes;
};

struct Module {
  void* handle[1] = {nullptr};  // its address is what the program knows the module by
  const void* wrapper;
  std::vector<ManagedVariable> managed;
  std::map<std::string, KernelFigures, std::less<>> figures;  // of ptxas, where the program brings them
  uint32_t figures_arch = 0;
  uint64_t number = 0, generation = 0;
  int error = 0;
};

// Never destroyed, as programs unregister from their exit handlers. All under the connection's lock.
struct Tables {
  std::vector<std::unique_ptr<Module>> modules;
  std::map<const void*, RegisteredKernel> kernels;
  std::map<const void*, RegisteredVariable> variables;
};
Tables& tables() {
  static Tables* all = new Tables;
  return *all;
}

Module* module_of(void** handle) {
  for (auto& module : tables().modules) {
    if (module->handle == handle) return module.get();
  }
  return nullptr;
}

// Sends the images' list, then the text of the one that the device picks.
int send_module(Module& module) {
  Connection& device = Connection::get();
  std::vector<Image> images = images_of(module.wrapper), code;
  std::copy_if(images.begin(), images.end(), std::back_inserter(code), [](const Image& i) { return i.machine_code && !i.compressed; });
  std::erase_if(images, [](const Image& i) { return i.machine_code; });
  wire::Writer list;
  const uint32_t count = static_cast<uint32_t>(std::min<size_t>(images.size(), 64));
  list.put(count);
  for (uint32_t i = 0; i < count; ++i) {
    list.put(images[i].arch).put(static_cast<uint8_t>(images[i].compressed)).put(static_cast<uint64_t>(images[i].bytes.size()));
  }
  const Reply begun = device.call(Op::module_begin, Api::none, list);
  if (begun.error) return begun.error;
  auto in = begun.reader();
  module.number = in.get<uint64_t>();
  const auto chosen = in.get<uint32_t>();
  if (!in.ok() || chosen >= count) return in.ok() ? kSuccess : kInvalidKernelImage;  // the device will say why at the first use
  const std::string_view text = images[chosen].bytes;
  for (const Image& image : code) {
    if (image.arch != images[chosen].arch) continue;
    module.figures_arch = image.arch;
    for (KernelFigures& figures : kernel_figures(image.bytes)) module.figures.insert_or_assign(figures.name, figures);
  }
  constexpr size_t kPiece = 1u << 20;
  for (size_t at = 0; at < text.size(); at += kPiece) {
    const std::string_view piece = text.substr(at, kPiece);
    const Reply sent = device.call(Op::module_data, Api::none, wire::Writer().put(module.number).bytes(piece.data(), piece.size()));
    if (sent.error) return sent.error;
  }
  return kSuccess;
}

void map_managed(Module& module) {
  for (const ManagedVariable& variable : module.managed) {
    const Reply reply =
        Connection::get().call(Op::managed_variable, Api::none, wire::Writer().put(module.number).text(variable.name).put(variable.bytes));
    if (reply.error || reply.descriptor < 0) continue;
    const auto address = reply.reader().get<uint64_t>();
    void* at = mmap(reinterpret_cast<void*>(address), variable.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, reply.descriptor, 0);
    close(reply.descriptor);
    if (at != MAP_FAILED) *variable.host = at;
  }
}

int ensure_on_device(Module& module) {
  Connection& device = Connection::get();
  if (module.generation != device.generation()) {
    module.number = 0;
    module.error = send_module(module);
    module.generation = device.generation();
    if (!module.error) map_managed(module);
  }
  return module.error;
}

}  // namespace

Kernel find_kernel(const void* host_function, Api api, bool unseen_launch) {
  std::lock_guard lock(Connection::get().mutex());
  const auto found = tables().kernels.find(host_function);
  Kernel k;
  if (found == tables().kernels.end()) {
    k.error = finish(api, kInvalidDeviceFunction);
    return k;
  }
  RegisteredKernel& kernel = found->second;
  const uint64_t generation = Connection::get().generation();
  if (kernel.generation == generation) return kernel.known;
  k.error = ensure_on_device(*kernel.module);
  if (k.error) {
    finish(api, k.error, unseen_launch ? kernel.name : "");
    return k;
  }
  wire::Writer question;
  question.put(kernel.module->number).text(kernel.name);
  if (const auto known = kernel.module->figures.find(kernel.name); known != kernel.module->figures.end())
    question.put(kernel.module->figures_arch).put(known->second.registers).put(known->second.local_bytes);
  const Reply reply = Connection::get().call(Op::kernel, Api::none, question);
  k.error = reply.error;
  if (k.error) {
    finish(api, k.error, unseen_launch ? kernel.name : "");
    return k;
  }
  auto in = reply.reader();
  k.name = kernel.name.c_str();
  k.number = in.get<uint64_t>();
  k.info = in.get<wire::FunctionInfo>();
  k.param_bytes = in.get<uint32_t>();
  const auto count = in.get<uint32_t>();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const auto offset = in.get<uint32_t>(), bytes = in.get<uint32_t>();
    k.params.emplace_back(offset, bytes);
  }
  if (!in.ok() || k.param_bytes > wire::kMaxParams) k.error = kInvalidDeviceFunction;
  kernel.known = k;
  kernel.generation = generation;
  return k;
}

void kernel_changed(const void* host_function) {
  std::lock_guard lock(Connection::get().mutex());
  const auto found = tables().kernels.find(host_function);
  if (found != tables().kernels.end()) found->second.generation = 0;
}

Variable find_variable(const void* host_variable, Api api) {
  std::lock_guard lock(Connection::get().mutex());
  const auto found = tables().variables.find(host_variable);
  Variable v;
  if (found == tables().variables.end()) {
    v.error = finish(api, kInvalidSymbol);
    return v;
  }
  RegisteredVariable& variable = found->second;
  const uint64_t generation = Connection::get().generation();
  if (variable.generation == generation) return variable.known;
  v.error = ensure_on_device(*variable.module);
  if (!v.error) {
    const Reply reply = Connection::get().call(Op::variable, Api::none, wire::Writer().put(variable.module->number).text(variable.name));
    v.error = reply.error;
    auto in = reply.reader();
    if (!v.error) {
      v.address = in.get<uint64_t>();
      v.bytes = in.get<uint64_t>();
    }
  }
  if (v.error) {
    finish(api, v.error);
    return v;
  }
  variable.known = v;
  variable.generation = generation;
  return v;
}

void forget_device() { Connection::get().next_generation(); }

}  // namespace wg::client

using namespace wg::client;

extern "C" {

void** __cudaRegisterFatBinary(void* fat_binary) {
  std::lock_guard lock(Connection::get().mutex());
  auto module = std::make_unique<Module>();
  module->wrapper = fat_binary;
  void** handle = module->handle;
  tables().modules.push_back(std::move(module));
  note_loaded_code();  // the library that brings this module is new
  return handle;
}

void __cudaRegisterFatBinaryEnd(void**) {}

void __cudaUnregisterFatBinary(void** handle) {
  Connection& device = Connection::get();
  std::lock_guard lock(device.mutex());
  Module* module = module_of(handle);
  if (!module) return;
  if (module->number && module->generation == device.generation())
    device.call(Op::module_close, wg::wire::Api::none, wg::wire::Writer().put(module->number));
  std::erase_if(tables().kernels, [&](const auto& row) { return row.second.module == module; });
  std::erase_if(tables().variables, [&](const auto& row) { return row.second.module == module; });
  std::erase_if(tables().modules, [&](const auto& owned) { return owned.get() == module; });
}

void __cudaRegisterFunction(void** handle, const char* host_function, char*, const char* name, int, void*, void*, void*, void*, int*) {
  std::lock_guard lock(Connection::get().mutex());
  if (Module* module = module_of(handle)) tables().kernels[host_function] = {module, name, {}, 0};
}

void __cudaRegisterVar(void** handle, char* host_variable, char*, const char* name, int, size_t, int, int) {
  std::lock_guard lock(Connection::get().mutex());
  if (Module* module = module_of(handle)) tables().variables[host_variable] = {module, name, {}, 0};
}

void __cudaRegisterManagedVar(void** handle, void** host_variable, char*, const char* name, int, size_t bytes, int, int) {
  std::lock_guard lock(Connection::get().mutex());
  Module* module = module_of(handle);
  if (!module) return;
  module->managed.push_back({host_variable, name, bytes});
  tables().variables[host_variable] = {module, name, {}, 0};
}

// Called before a program touches a __managed__ variable: its pages must be there.
char __cudaInitModule(void** handle) {
  std::lock_guard lock(Connection::get().mutex());
  Module* module = module_of(handle);
  if (module && !module->managed.empty()) ensure_on_device(*module);
  return 1;
}

}  // extern "C"
