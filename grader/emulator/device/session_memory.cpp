// Allocation, release, memset and what host code does wrong with them.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "../core/text.h"
#include "session.h"

namespace wg {

using wire::Api;

namespace {

constexpr size_t kLeaksNamed = 50;
constexpr uint64_t kPiece = 64ull << 20;  // of a fill, between two looks at the machine's memory

std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

bool asynchronous(Api api) { return std::string_view(wire::name_of(api)).ends_with("Async"); }

}  // namespace

std::string Session::describe(uint64_t address) const {
  const Allocation* a = memory_->nearest(address);
  if (!a) return "address " + hex(address) + " (the program has allocated nothing)";
  const std::string what = a->name + " (" + size_text(a->bytes) + (a->freed ? ", freed)" : ")");
  if (address < a->base) return "address " + hex(address) + " is " + size_text(a->base - address) + " before " + what;
  if (address - a->base >= a->bytes)
    return "address " + hex(address) + " is " + size_text(address - a->base - a->bytes) + " after the end of " + what;
  if (address == a->base) return "address " + hex(address) + " is the start of " + what;
  return "address " + hex(address) + " is " + size_text(address - a->base) + " into " + what;
}

Allocation* Session::check_range(Api api, const char* role, uint64_t address, uint64_t bytes, bool writes) {
  Allocation* a = memory_->find(address);
  if (a && a->contains(address, bytes)) return a;
  const std::string call = wire::name_of(api);
  if (address < 4096) {
    report(writes ? "OOB_WRITE" : "OOB_READ",
           call + ": the " + role + " is a null pointer" + (address ? " plus " + size_text(address) : ""));
    return nullptr;
  }
  if (!a && !in_device_range(address) && !in_mapped_range(address)) {
    report("HOST_POINTER", call + ": the " + role + " " + hex(address) + " is a host pointer where a device pointer is wanted");
    return nullptr;
  }
  const Allocation* near = a ? a : memory_->nearest(address);
  if (near && near->freed && address - near->base < near->bytes) {
    report("USE_AFTER_FREE", call + ": the " + role + " lies in freed memory: " + describe(address));
    return nullptr;
  }
  std::string text = call + (writes ? " writes " : " reads ") + size_text(bytes) + " beyond an allocation: " + describe(address);
  if (a) text += ", where " + size_text(a->bytes - (address - a->base)) + " are left";
  report(writes ? "OOB_WRITE" : "OOB_READ", text);
  return nullptr;
}

int Session::allocate(Request& r) {
  const auto kind = static_cast<AllocationKind>(r.in.get<uint8_t>());
  const auto bytes = r.in.get<uint64_t>();
  Stream* const stream = r.in.left() >= 8 ? find_stream(r, r.in.get<uint64_t>()) : nullptr;  // cudaMallocAsync
  if (!r.in.ok() || kind > AllocationKind::pinned) return note(r, kInvalidValue, bytes);
  if (bytes == 0) {
    out_.put(uint64_t{0});
    return note(r, kind == AllocationKind::managed ? kInvalidValue : kSuccess);
  }
  if (r.api == Api::cudaMallocAsync && current_pool_ != wire::kDefaultPool) return pool_allocate(r, pools_[current_pool_], bytes);
  const std::string name = std::string(wire::name_of(r.api)) + " #" + std::to_string(allocations_ + 1);
  const auto attempt = [&] {
    return kind == AllocationKind::device ? memory_->allocate(bytes, kind, name)
                                          : memory_->allocate_mapped(bytes, kind, name, &descriptor_);
  };
  Allocation* a = attempt();
  if (!a && !queue_.pending().empty()) {  // memory that is about to be given back counts as free
    run_all();
    a = attempt();
  }
  if (!a) return note(r, kMemoryAllocation, bytes);
  ++allocations_;
  a->phase = phase_;
  a->place = r.place;
  if (kind != AllocationKind::device) mapped_bytes_ += bytes;
  if (r.api == Api::cudaMallocAsync) pool_charge(wire::kDefaultPool, *a);
  out_.put(a->base);
  if (stream) {  // other streams may use it when they have waited for this
    const OperationRef operation =
        enqueue(r, *stream, Operation::Kind::allocate, nullptr, {.regions = {{TouchedBytes::Way::write, a->base, bytes, bytes, 1}}});
    if (operation->after.empty()) run(operation);
  }
  return note(r, kSuccess, bytes, "", stream ? stream->index : 0);
}

// What the host says of managed memory must be about one managed allocation.
int Session::managed_range(Request& r) {
  const auto address = r.in.get<uint64_t>(), bytes = r.in.get<uint64_t>();
  const bool whole = r.in.left() && r.in.get<uint8_t>() != 0 && bytes == 0;
  const Allocation* a = memory_->find(address);
  const bool fits = a && a->kind == AllocationKind::managed && (whole ? a->base == address : bytes > 0 && a->contains(address, bytes));
  return note(r, r.in.ok() && fits ? kSuccess : kInvalidValue, bytes);
}

int Session::host_register(Request& r) {
  const auto base = r.in.get<uint64_t>(), bytes = r.in.get<uint64_t>();
  if (!r.in.ok() || in_device_range(base) || in_mapped_range(base)) return note(r, kInvalidValue, bytes);
  Allocation* a = memory_->register_host(base, bytes, "cudaHostRegister #" + std::to_string(allocations_ + 1), &descriptor_);
  if (!a) return note(r, kMemoryAllocation, bytes);
  ++allocations_;
  a->phase = phase_;
  a->place = r.place;
  mapped_bytes_ += bytes;
  out_.put(a->base);
  return note(r, kSuccess, bytes);
}

int Session::host_unregister(Request& r) {
  const Allocation* a = memory_->find(r.in.get<uint64_t>());
  if (!r.in.ok() || !a || !a->registered) return note(r, kHostMemoryNotRegistered);
  if (const int error = wait_all()) return note(r, error);
  mapped_bytes_ -= std::min(mapped_bytes_, a->bytes);
  memory_->release(a->base);
  return note(r, kSuccess);
}

// The runner says what its buffers are called in the assignment, which are inputs (1) and which are outputs only (2): findings use its
// words. After `load` nobody may.
int Session::name(Request& r) {
  const auto address = r.in.get<uint64_t>();
  const auto use = r.in.get<uint8_t>();
  std::string name = r.in.text(100);
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > ' ' && c < 127; });
  if (!r.in.ok() || !plain) return kInvalidValue;
  if (recorder_.loaded()) return kNotSupported;
  Allocation* a = memory_->find(address);
  if (!a || a->base != address) return kInvalidValue;
  if (const size_t at = name.find('@'); at != std::string::npos) name.replace(at, 1, " of call ");  // where a later call's values wait
  a->name = std::move(name);
  a->input = use == 1;
  if (use == 2) outputs_.insert(address);
  watch_host(*a);
  return kSuccess;
}

// The runner itself fills its buffers anew between calls, under the mark `setup`; that nobody else sets it is the judge's to see.
void Session::guard_input(const Operation& operation, uint64_t to, uint64_t bytes) {
  const Allocation* a = memory_->find(to);
  if (!a || !a->input || operation.phase == "setup" || !(options_.checks & kMemcheck)) return;
  report("INPUT_OVERWRITTEN",
         std::string(wire::name_of(operation.api)) + ": writes " + size_text(bytes) + " into " + a->name + " (" + size_text(a->bytes) +
             "), an input, which is only to be read",
         operation.phase, operation.place);
}

// 0 if the program may free this address; otherwise the error, with a finding if it is worth one.
int Session::check_release(Request& r, uint64_t address) {
  const std::string call = wire::name_of(r.api);
  const bool wants_pinned = r.api == Api::cudaFreeHost;
  const Allocation* a = memory_->find(address);
  if (!a) {
    const Allocation* near = memory_->nearest(address);
    if (near && near->freed && !near->registered && near->base == address) {
      report("DOUBLE_FREE", call + ": " + near->name + " (" + size_text(near->bytes) + ") has been freed already");
    } else if (!in_device_range(address) && !in_mapped_range(address)) {
      report("HOST_POINTER", call + ": " + hex(address) + " is a host pointer; it wasn't allocated by the CUDA runtime" +
                                 (wants_pinned ? ", so free or delete is what frees it" : ""));
    }
    return kInvalidValue;
  }
  if (wants_pinned && a->kind == AllocationKind::device) {
    report("DEVICE_POINTER", call + ": " + a->name + " is device memory; free it with cudaFree");
    return kInvalidValue;
  }
  if (a->registered) {
    report("HOST_POINTER", call + ": " + a->name + " is the program's own memory; cudaHostUnregister ends what cudaHostRegister began");
    return kInvalidValue;
  }
  if (!wants_pinned && a->kind == AllocationKind::pinned) {
    report("HOST_POINTER", call + ": " + a->name + " is pinned host memory; free it with cudaFreeHost");
    return kInvalidValue;
  }
  const bool right_kind =
      wants_pinned ? a->kind == AllocationKind::pinned : a->kind == AllocationKind::device || a->kind == AllocationKind::managed;
  const bool variable = a->name.starts_with("__managed__");
  if (a->base != address || !right_kind || variable || address == heap_base_) return kInvalidValue;
  if (leaving_.contains(address)) {
    report("DOUBLE_FREE", call + ": " + a->name + " (" + size_text(a->bytes) + ") has been freed already, by a call to cudaFreeAsync");
    return kInvalidValue;
  }
  return kSuccess;
}

int Session::release(Request& r) {
  const auto address = r.in.get<uint64_t>();
  if (!r.in.ok()) return kInvalidValue;
  if (const int error = check_release(r, address)) return note(r, error);
  if (const int error = wait_all()) return note(r, error);
  const Allocation* a = memory_->find(address);
  const uint64_t bytes = a->bytes;
  pool_credit(*a);
  out_.put(static_cast<uint8_t>(a->host_sees())).put(bytes);
  if (a->host_sees()) mapped_bytes_ -= std::min(mapped_bytes_, bytes);
  memory_->release(address);
  return note(r, kSuccess, bytes);
}

// cudaFreeAsync: the memory goes when the stream has come that far.
int Session::release_in_order(Request& r) {
  const auto address = r.in.get<uint64_t>();
  Stream* stream = find_stream(r, r.in.get<uint64_t>());
  if (!r.in.ok()) return kInvalidValue;
  if (!stream) return note(r, kInvalidHandle);
  if (const int error = check_release(r, address)) return note(r, error);
  const Allocation* a = memory_->find(address);
  if (a->host_sees()) return note(r, kInvalidValue);
  const uint64_t bytes = a->bytes;
  leaving_.insert(address);
  enqueue(r, *stream, Operation::Kind::release,
          [this, address](Operation&) {
            leaving_.erase(address);
            if (const Allocation* gone = memory_->find(address)) pool_credit(*gone);
            memory_->release(address);
          },
          {.regions = {{TouchedBytes::Way::write, address, bytes, bytes, 1}}});
  return note(r, kSuccess, bytes, "", stream->index);
}

int Session::fill(Request& r) {
  const auto to = r.in.get<uint64_t>(), pitch = r.in.get<uint64_t>();
  const auto value = r.in.get<uint8_t>();
  const auto width = r.in.get<uint64_t>(), height = r.in.get<uint64_t>();
  Stream* const stream = find_stream(r, r.in.get<uint64_t>());
  if (!r.in.ok()) return kInvalidValue;
  if (!stream) return note(r, kInvalidHandle);
  const int index = stream->index;
  if (width == 0 || height == 0) return note(r, kSuccess, 0, "", index);
  const unsigned __int128 extent = static_cast<unsigned __int128>(height - 1) * pitch + width;
  const auto bytes = static_cast<unsigned __int128>(width) * height;
  if ((height > 1 && pitch < width) || extent > kDeviceBytes) return note(r, kInvalidValue, 0, "", index);
  const Allocation* target = check_range(r.api, "destination", to, static_cast<uint64_t>(extent), true);
  if (!target) return note(r, kInvalidValue, static_cast<uint64_t>(bytes), "", index);
  const bool seen_by_host = target->host_sees();
  recorder_.exchanged(0, 1);
  if (in_call(phase_)) recorder_.gave(1);
  Cost cost = timeline_.fill(static_cast<uint64_t>(bytes));
  cost.asynchronous = asynchronous(r.api);
  const auto fill_rows = [=, this](Operation& self) {
    guard_input(self, to, static_cast<uint64_t>(bytes));
    for (uint64_t row = 0; row < height; ++row) {
      for (uint64_t at = 0; at < width; at += kPiece) {
        const uint64_t piece = std::min(kPiece, width - at), from = to + row * pitch + at;
        if (!memory_left(piece)) return;
        std::memset(reinterpret_cast<void*>(from), value, piece);
        memory_->mark_written(from, piece);
      }
    }
  };
  const OperationRef operation = enqueue(r, *stream, Operation::Kind::fill, fill_rows,
                                         {.regions = {{TouchedBytes::Way::write, to, pitch, width, height}}, .cost = cost});
  // cudaMemset waits only for memory that the host sees as well.
  const int error = seen_by_host && !asynchronous(r.api) ? wait(operation) : kSuccess;
  return note(r, error, static_cast<uint64_t>(bytes), "", index);
}

int Session::memory_info(Request& r) {
  const uint64_t limit = memory_->limit_bytes(), used = std::min(limit, memory_->used_bytes());
  out_.put(limit - used).put(limit);
  return note(r, kSuccess);
}

int Session::pointer_info(Request& r) {
  const auto address = r.in.get<uint64_t>();
  const Allocation* a = memory_->find(address);
  out_.put(static_cast<uint8_t>(a != nullptr));
  if (a) out_.put(static_cast<uint8_t>(a->kind)).put(a->base).put(a->bytes);
  return note(r, kSuccess);
}

void Session::report_leaks() {
  size_t named = 0, more = 0;
  uint64_t more_bytes = 0;
  for (const auto& a : memory_->all()) {
    const bool ours = a->kind == AllocationKind::variable || a->kind == AllocationKind::constant || a->base == heap_base_ ||
                      a->name.starts_with("__managed__");
    if (a->freed || ours || !(options_.leak_check || a->phase.starts_with("call:"))) continue;
    if (named == kLeaksNamed) {
      ++more;
      more_bytes += a->bytes;
      continue;
    }
    ++named;
    Finding f;
    f.verdict = "LEAK";
    f.count = 1;
    f.message = a->name + " (" + size_text(a->bytes) + ") was never freed";
    f.host = a->place;
    recorder_.finding(std::move(f), -1, a->phase);
  }
  // What a launcher makes it destroys, unless all programs are asked.
  const auto kept = [&](const char* what, const char* call, const std::string& phase, const HostPlace& place) {
    if (!options_.leak_check && phase.starts_with("call:"))
      report("LEAK", std::string(what) + " that the launcher made was never destroyed with " + call, phase, place);
  };
  for (const auto& [handle, stream] : queue_.created()) kept("a stream", "cudaStreamDestroy", stream.phase, stream.place);
  for (const auto& [handle, event] : events_) kept("an event", "cudaEventDestroy", event.phase, event.place);
  if (options_.leak_check) {
    const auto told = [&](size_t count, const char* one, const char* many, const char* call) {
      if (count)
        report("LEAK", std::to_string(count) + ' ' + (count == 1 ? one : many) + " never destroyed with " + call, phase_, {}, count);
    };
    told(queue_.streams(), "stream was", "streams were", "cudaStreamDestroy");
    told(events_.size(), "event was", "events were", "cudaEventDestroy");
  }
  if (more) report("LEAK", std::to_string(more) + " more allocations (" + size_text(more_bytes) + ") were never freed", phase_, {}, more);
}

int Session::device_reset(Request& r) {
  run_all();
  report_leaks();
  modules_.clear();
  functions_.clear();
  function_numbers_.clear();
  ptx_bytes_ = 0;
  queue_.reset();
  hazards_.reset();
  leaving_.clear();
  events_.clear();
  memory_ = std::make_unique<Memory>(options_.memory_bytes);
  pools_.clear();
  pool_of_.clear();
  pools_[current_pool_ = wire::kDefaultPool] = {};
  heap_base_ = heap_used_ = mapped_bytes_ = 0;
  heap_bytes_ = kHeapBytes;
  limits_.clear();
  if (pending_ && unreported_) unreported_.reset();  // cudaDeviceReset waits, and returns what went wrong
  // An error that has cost the context stays until the process ends ("the process must be terminated and relaunched").
  return note(r, surface());
}

}  // namespace wg
