// The Python module grader._core: the PTX loader, the opcode table, and the emulated GPU in this process, for our own API and tests.
// Grading never uses it: there the device is a process of its own.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstring>
#include <future>
#include <memory>
#include <optional>

#include "bindings.h"
#include "core/gpu.h"
#include "core/ptx.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace wg::bindings;

namespace {

PyObject* load_error_type = nullptr;

// A Python object's bytes, C-contiguous: bytes, bytearray, memoryview, NumPy arrays.
class Bytes {
 public:
  explicit Bytes(nb::handle object) {
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
  }
  ~Bytes() { PyBuffer_Release(&view_); }
  Bytes(const Bytes&) = delete;
  const void* data() const { return view_.buf; }
  size_t size() const { return static_cast<size_t>(view_.len); }

 private:
  Py_buffer view_{};
};

struct PyProgram {
  std::shared_ptr<wg::Memory> memory;  // outlives the program's variables
  std::unique_ptr<wg::Program> program;
};

unsigned checks_of(const std::string& list) {
  unsigned checks = 0;
  for (size_t at = 0; at <= list.size();) {
    size_t end = std::min(list.find(',', at), list.size());
    std::string name = list.substr(at, end - at);
    at = end + 1;
    if (name == "all") checks |= wg::kAllChecks;
    else if (name == "memcheck") checks |= wg::kMemcheck;
    else if (name == "racecheck") checks |= wg::kRacecheck;
    else if (name == "initcheck") checks |= wg::kInitcheck;
    else if (name == "synccheck") checks |= wg::kSynccheck;
    else if (name != "none" && !name.empty())
      throw nb::value_error(("unknown check '" + name + "'; known: all, none, memcheck, racecheck, initcheck, synccheck").c_str());
  }
  return checks;
}

wg::Dim3 dim3_of(nb::handle value, const char* what) {
  if (nb::isinstance<nb::int_>(value)) return {nb::cast<uint32_t>(value), 1, 1};
  auto list = nb::cast<std::vector<uint32_t>>(value);
  if (list.empty() || list.size() > 3) throw nb::value_error((std::string(what) + " takes one to three numbers").c_str());
  list.resize(3, 1);
  return {list[0], list[1], list[2]};
}

void pack_one(nb::handle argument, std::vector<uint8_t>& packed, size_t offset, size_t size, size_t number) {
  auto put = [&](const void* data, size_t bytes) {
    if (bytes != size) {
      throw nb::value_error(("argument " + std::to_string(number) + " has " + std::to_string(bytes) + " bytes, the kernel's parameter " +
                             std::to_string(size))
                                .c_str());
    }
    std::memcpy(packed.data() + offset, data, bytes);
  };
  if (!nb::isinstance<nb::tuple>(argument)) {
    Bytes raw(argument);
    return put(raw.data(), raw.size());
  }
  auto pair = nb::cast<nb::tuple>(argument);
  if (pair.size() != 2) throw nb::value_error("an argument is (type, value) or a bytes-like object");
  auto type = nb::cast<std::string>(pair[0]);
  nb::handle value = pair[1];
  if (type == "f32") {
    auto x = static_cast<float>(nb::cast<double>(value));
    put(&x, sizeof x);
  } else if (type == "f64") {
    auto x = nb::cast<double>(value);
    put(&x, sizeof x);
  } else if (type == "i8" || type == "i16" || type == "i32" || type == "i64") {
    auto x = nb::cast<int64_t>(value);
    put(&x, static_cast<size_t>(std::stoi(type.substr(1)) / 8));
  } else if (type == "u8" || type == "u16" || type == "u32" || type == "u64" || type == "ptr") {
    auto x = nb::cast<uint64_t>(value);
    put(&x, type == "ptr" ? 8 : static_cast<size_t>(std::stoi(type.substr(1)) / 8));
  } else {
    throw nb::value_error(("unknown argument type '" + type + "'; known: i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 ptr").c_str());
  }
}

std::vector<uint8_t> pack(nb::handle arguments, const wg::KernelInfo& kernel) {
  std::vector<uint8_t> packed(kernel.param_bytes);
  if (PyObject_CheckBuffer(arguments.ptr())) {
    Bytes raw(arguments);
    if (raw.size() != packed.size())
      throw nb::value_error(
          ("the kernel's parameters take " + std::to_string(packed.size()) + " bytes, not " + std::to_string(raw.size())).c_str());
    std::memcpy(packed.data(), raw.data(), raw.size());
    return packed;
  }
  auto list = nb::cast<nb::sequence>(arguments);
  size_t count = nb::len(list);
  if (count != kernel.params.size())
    throw nb::value_error(
        (kernel.demangled + " takes " + std::to_string(kernel.params.size()) + " arguments, not " + std::to_string(count)).c_str());
  for (size_t i = 0; i < count; ++i) pack_one(nb::object(list[i]), packed, kernel.param_offsets[i], kernel.params[i].bytes(), i);
  return packed;
}

nb::list list_of(const std::vector<wg::SourceFrame>& frames) {
  nb::list out;
  for (const auto& f : frames) out.append(nb::make_tuple(lenient(f.file), f.line));
  return out;
}

nb::list list_with_columns(const std::vector<wg::SourceFrame>& frames) {
  nb::list out;
  for (const auto& f : frames) out.append(nb::make_tuple(lenient(f.file), f.line, f.column));
  return out;
}

nb::dict dict_of(const wg::AccessPicture& p) {
  nb::dict d;
  d["space"] = wg::name_of(p.space);
  d["op"] = wg::name_of(p.direction);
  d["bytes"] = p.bytes;
  d["mask"] = p.mask;
  d["offsets"] = std::vector<uint64_t>(p.offset.begin(), p.offset.end());
  d["residue"] = p.residue;
  d["cost"] = p.cost;
  d["ideal"] = p.ideal;
  return d;
}

nb::dict dict_of(const wg::LaunchResult& result) {
  auto tuple_of = [](const wg::Dim3& d) { return nb::make_tuple(d.x, d.y, d.z); };
  nb::list findings, lines;
  for (const auto& f : result.findings) {
    nb::dict d;
    d["verdict"] = f.verdict;
    d["note"] = f.note;
    d["kernel"] = f.kernel;
    d["frames"] = list_with_columns(f.frames);
    d["other_frames"] = list_with_columns(f.other_frames);
    d["block"] = tuple_of(f.block);
    d["thread"] = tuple_of(f.thread);
    d["other_thread"] = f.other_thread ? nb::object(tuple_of(*f.other_thread)) : nb::none();
    d["count"] = f.count;
    d["message"] = f.message;
    findings.append(d);
  }
  for (const auto& line : result.lines) {
    nb::dict d;
    d["frames"] = list_of(line.frames);
    d["metrics"] = line.metrics;
    if (!line.worst.empty()) {
      nb::list patterns;
      for (const auto& [space, picture] : line.worst) patterns.append(dict_of(picture));
      d["pattern"] = dict_of(wg::worst_of(line.worst));
      d["patterns"] = patterns;
    }
    lines.append(d);
  }
  nb::dict d;
  d["error"] = result.error;
  d["findings"] = findings;
  d["metrics"] = result.metrics;
  d["lines"] = lines;
  d["printf"] = nb::bytes(result.printf_text.data(), result.printf_text.size());
  d["wall_s"] = result.wall_s;
  d["warp_instructions"] = result.warp_instructions;
  d["longest_block_instructions"] = result.longest_block_instructions;
  return d;
}

class Device {
 public:
  explicit Device(uint64_t memory_mib) : memory_(std::make_shared<wg::Memory>(memory_mib << 20)) {}

  uint64_t alloc(uint64_t bytes, const std::string& name, bool input) {
    ++allocations_;
    wg::Allocation* a =
        memory_->allocate(bytes, wg::AllocationKind::device, name.empty() ? "cudaMalloc #" + std::to_string(allocations_) : name);
    if (!a && bytes != 0) throw std::bad_alloc();
    if (a) a->input = input;
    return a ? a->base : 0;
  }

  void free(uint64_t address) {
    if (address == 0) return;
    switch (memory_->release(address)) {
      case wg::Memory::FreeResult::ok: return;
      case wg::Memory::FreeResult::unknown: throw nb::value_error("no allocation has this address");
      case wg::Memory::FreeResult::not_the_base: throw nb::value_error("this address lies inside of an allocation; free takes its base");
      case wg::Memory::FreeResult::already_freed: throw nb::value_error("this allocation was freed before");
    }
  }

  void upload(uint64_t address, nb::handle data) {
    Bytes raw(data);
    if (raw.size() == 0) return;
    require(address, raw.size());
    std::memcpy(reinterpret_cast<void*>(address), raw.data(), raw.size());
    memory_->mark_written(address, raw.size());
  }

  nb::bytes download(uint64_t address, uint64_t bytes) const {
    if (bytes == 0) return nb::bytes("", 0);
    require(address, bytes);
    return nb::bytes(reinterpret_cast<const char*>(address), bytes);
  }

  std::unique_ptr<PyProgram> load(std::string_view ptx) {
    auto out = std::make_unique<PyProgram>();
    out->memory = memory_;
    out->program = std::make_unique<wg::Program>(ptx, *memory_);
    ensure_heap(ptx);
    return out;
  }

  nb::dict launch(PyProgram& program, const std::string& kernel, nb::handle grid, nb::handle block, nb::handle args,
                  uint32_t dynamic_shared, const std::string& checks, unsigned threads, uint64_t max_block_instructions,
                  double max_kernel_s, uint32_t sm_count, uint32_t shared_bytes_per_block, uint32_t shared_bytes_per_sm, bool cooperative,
                  uint64_t schedule_seed) {
    if (program.memory != memory_) throw nb::value_error("this program was loaded on another device");
    const wg::KernelInfo* info = program.program->find_kernel(kernel);
    if (!info) {
      std::string known;
      for (const auto* k : program.program->kernels()) {
        known += (known.empty() ? "" : ", ") + k->name;
        if (k->base == kernel || k->demangled == kernel) info = info ? info : k;
      }
      if (!info) throw nb::key_error(("no kernel '" + kernel + "'; known: " + known).c_str());
    }
    wg::LaunchOptions options;
    options.checks = checks_of(checks);
    options.threads = threads;
    options.max_block_instructions = max_block_instructions;
    options.sm_count = sm_count;
    options.cooperative = cooperative;
    options.fuzz = schedule_seed != 0;
    options.seed = schedule_seed;
    options.shared_bytes_per_block_max = shared_bytes_per_block;
    options.shared_bytes_per_sm = shared_bytes_per_sm;
    options.malloc = [this](uint64_t bytes) { return kernel_malloc(bytes); };
    wg::Dim3 grid_size = dim3_of(grid, "grid"), block_size = dim3_of(block, "block");
    check_limits(*info, grid_size, block_size, dynamic_shared, options);
    std::vector<uint8_t> packed = pack(args, *info);
    return dict_of(interruptible(
        [&] { return wg::launch(*program.program, info->name, grid_size, block_size, dynamic_shared, packed.data(), *memory_, options); },
        options, max_kernel_s));
  }

 private:
  // Runs a launch without the interpreter's lock; Ctrl-C and the limit of wall time (0: none) end it.
  template <class Launch>
  static wg::LaunchResult interruptible(Launch launch, wg::LaunchOptions& options, double max_kernel_s) {
    using Clock = std::chrono::steady_clock;
    constexpr auto kLook = std::chrono::milliseconds(50);
    constexpr int kLaunchTimeout = 702;
    const auto start = Clock::now();
    std::atomic<bool> abort{false};
    bool out_of_time = false;
    options.abort = &abort;
    wg::LaunchResult result;
    std::optional<nb::python_error> interrupted;
    {
      nb::gil_scoped_release release;
      auto done = std::async(std::launch::async, launch);
      while (done.wait_for(kLook) != std::future_status::ready) {
        out_of_time |= max_kernel_s > 0 && std::chrono::duration<double>(Clock::now() - start).count() > max_kernel_s;
        if (!interrupted) {
          nb::gil_scoped_acquire locked;
          if (PyErr_CheckSignals() != 0) interrupted.emplace();
        }
        if (out_of_time || interrupted) abort = true;
      }
      result = done.get();
    }
    if (interrupted) throw nb::python_error(std::move(*interrupted));
    if (out_of_time && !result.error) result.error = kLaunchTimeout;
    return result;
  }

  // Only programs that call malloc in a kernel pay for a heap. As in the device process, its blocks are never given back.
  void ensure_heap(std::string_view ptx) {
    if (heap_base_ || ptx.find("malloc") == std::string_view::npos) return;
    if (const wg::Allocation* heap = memory_->allocate(kHeapBytes, wg::AllocationKind::device, "the heap of malloc in kernels"))
      heap_base_ = heap->base;
  }

  uint64_t kernel_malloc(uint64_t bytes) {
    if (!heap_base_ || bytes == 0 || bytes > kHeapBytes) return 0;
    const uint64_t size = (bytes + 15) / 16 * 16;
    const uint64_t at = heap_used_.fetch_add(size);
    return at <= kHeapBytes - size ? heap_base_ + at : 0;
  }

  static void check_limits(const wg::KernelInfo& kernel, const wg::Dim3& grid, const wg::Dim3& block, uint32_t dynamic_shared,
                           const wg::LaunchOptions& options) {
    constexpr uint32_t kMostBlocksX = 0x7fff'ffff, kMostBlocksYZ = 65535;
    if (grid.count() == 0 || block.count() == 0) throw nb::value_error("grid and block sizes must be positive");
    if (grid.x > kMostBlocksX || grid.y > kMostBlocksYZ || grid.z > kMostBlocksYZ) throw nb::value_error("the grid is too large");
    if (block.x > 1024 || block.y > 1024 || block.z > 64 || block.count() > kernel.max_threads)
      throw nb::value_error(("a block of this kernel has at most " + std::to_string(kernel.max_threads) + " threads").c_str());
    if (uint64_t(dynamic_shared) + kernel.static_shared_bytes > options.shared_bytes_per_sm)
      throw nb::value_error(("a block has at most " + std::to_string(options.shared_bytes_per_sm) + " bytes of shared memory").c_str());
  }

  void require(uint64_t address, uint64_t bytes) const {
    const wg::Allocation* a = memory_->find(address);
    if (!a || !a->contains(address, bytes)) throw nb::value_error("this range does not lie within one allocation of the device");
  }

  static constexpr uint64_t kHeapBytes = 8u << 20;  // cudaLimitMallocHeapSize as it is by itself
  std::shared_ptr<wg::Memory> memory_;
  uint64_t allocations_ = 0, heap_base_ = 0;
  std::atomic<uint64_t> heap_used_{0};
};

nb::list kernels_of(const PyProgram& p) {
  nb::list out;
  for (const wg::KernelInfo* k : p.program->kernels()) {
    nb::list params;
    for (const auto& v : k->params) params.append(wg::bindings::dict_of(v));
    nb::dict d;
    d["name"] = k->name;
    d["demangled"] = k->demangled;
    d["base"] = k->base;
    d["params"] = params;
    d["param_offsets"] = k->param_offsets;
    d["param_bytes"] = k->param_bytes;
    d["static_shared_bytes"] = k->static_shared_bytes;
    d["local_bytes"] = k->local_bytes;
    d["max_threads"] = k->max_threads;
    out.append(d);
  }
  return out;
}

nb::list opcode_rows() {
  nb::list out;
  for (const auto& row : wg::opcode_rows())
    if (row.refused.empty()) out.append(nb::make_tuple(row.name, row.types));
  return out;
}

nb::list refused_rows() {
  nb::list out;
  for (const auto& row : wg::opcode_rows())
    if (!row.refused.empty()) out.append(nb::make_tuple(row.name, row.refused));
  return out;
}

// A ValueError that says where: .ptx_line, and .file and .line of the source ("" and 0 if the PTX names none).
void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const wg::ptx::LoadError& error) {
    nb::object value = nb::steal(PyObject_CallFunction(load_error_type, "s", error.what()));
    if (!value.is_valid()) return;
    value.attr("ptx_line") = error.ptx_line;
    value.attr("file") = lenient(error.file);
    value.attr("line") = error.line;
    PyErr_SetObject(load_error_type, value.ptr());
  }
}

}  // namespace

NB_MODULE(_core, m) {
  m.doc() = "The emulated GPU's core: PTX loader, opcode table, and a device in this process.";
  load_error_type = PyErr_NewException("grader._core.LoadError", PyExc_ValueError, nullptr);
  m.attr("LoadError") = nb::borrow(load_error_type);
  nb::register_exception_translator(translate);

  m.def("parse", &parse, "text"_a, "bodies"_a = false,
        "Parses PTX text into a summary: version, target, files, variables, functions (with their instructions if `bodies`). Raises "
        "LoadError.");
  m.def("opcode_rows", &opcode_rows, "[(spelling, [types])] of the opcode table.");
  m.def("refused_rows", &refused_rows, "[(spelling, why)] of what the emulated GPU does not have.");
  m.def("demangle", &wg::demangle, "mangled"_a);
  m.def("base_name", &wg::base_name, "demangled"_a, "The name without return type, scopes, template arguments and parameters.");

  nb::class_<PyProgram>(m, "Program", "A module loaded by Device.load.")
      .def("kernels", &kernels_of, "One dict a kernel: name, demangled, base, params, param_offsets, param_bytes, …")
      .def(
          "variable", [](const PyProgram& p, const std::string& name) { return p.program->find_variable(name); }, "name"_a,
          "(address, bytes) of a variable by its name in the PTX; (0, 0) if there is none.");

  nb::class_<Device>(m, "Device",
                     "An emulated GPU in this process. Addresses are plain integers; one device is used by one thread at a time.")
      .def(nb::init<uint64_t>(), "memory_mib"_a = 1024)
      .def("alloc", &Device::alloc, "nbytes"_a, "name"_a = "", "input"_a = false,
           "Address of a new allocation; MemoryError if the device is full. `name` is for messages; kernels that write into an `input` are "
           "found out.")
      .def("free", &Device::free, "address"_a)
      .def("upload", &Device::upload, "address"_a, "data"_a, "Copies a contiguous bytes-like object to the device.")
      .def("download", &Device::download, "address"_a, "nbytes"_a)
      .def("load", &Device::load, "ptx"_a, "A Program; raises LoadError.")
      .def("launch", &Device::launch, "program"_a, "kernel"_a, "grid"_a, "block"_a, "args"_a, "dynamic_shared"_a = 0, "checks"_a = "all",
           "threads"_a = 1, "max_block_instructions"_a = 1ull << 31, "max_kernel_s"_a = 0.0, "sm_count"_a = 108,
           "shared_bytes_per_block"_a = 48u << 10, "shared_bytes_per_sm"_a = 164u << 10, "cooperative"_a = false, "schedule_seed"_a = 0,
           "Runs a kernel (mangled, demangled or plain name). grid, block: a number or up to three; args: [(type, value) or bytes] or all "
           "of them packed. "
           "Returns error (cudaError_t), findings, metrics, lines, printf, wall_s, warp_instructions, longest_block_instructions.");
}
