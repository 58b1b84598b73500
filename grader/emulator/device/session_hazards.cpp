// What work touches, what of it the host must leave alone meanwhile, and what is said if something meets that nothing orders.
#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "session.h"

namespace wg {

namespace {

constexpr size_t kHostAccesses = 1u << 16;    // of one operation
constexpr uint32_t kHandedOver = 64;          // buffers of a launcher
constexpr uint64_t kRowsCompared = 1u << 20;  // of a pitched copy

uint64_t end_of(const Region& r) { return r.address + (r.height - 1) * r.pitch + r.width; }

std::vector<TouchedBytes> touched_by(const std::vector<Region>& regions) {
  std::vector<TouchedBytes> touched;
  for (const Region& region : regions) {
    TouchedBytes t;
    t.way = region.way;
    if (region.height == 1 || region.pitch == region.width) {
      t.runs.push_back({region.address, end_of(region)});
    } else {
      for (uint64_t row = 0; row < std::min(region.height, kRowsCompared); ++row) {
        const uint64_t from = region.address + row * region.pitch;
        t.runs.push_back({from, from + region.width});
      }
    }
    touched.push_back(std::move(t));
  }
  return touched;
}

}  // namespace

bool Session::touches(Operation::Kind kind) {
  using Kind = Operation::Kind;
  return kind == Kind::kernel || kind == Kind::copy || kind == Kind::fill || kind == Kind::allocate || kind == Kind::release ||
         kind == Kind::hand_over;
}

// What was enqueued behind a cudaFreeAsync comes too late. (Kernels find out by themselves.)
bool Session::still_there(const Operation& operation) {
  if (operation.kind == Operation::Kind::release) return true;
  for (const Region& region : operation.regions) {
    const Allocation* a = memory_->find(region.address);
    if (a && a->contains(region.address, end_of(region) - region.address)) continue;
    report("USE_AFTER_FREE",
           std::string(wire::name_of(operation.api)) + (region.way == TouchedBytes::Way::read ? ": the source" : ": the destination") +
               " had been freed when its turn in the stream came: " + describe(region.address),
           operation.phase, operation.place);
    return false;
  }
  return true;
}

void Session::look_for_hazards(const OperationRef& operation) {
  if (!operation->logged && operation->host_accesses.empty()) return;
  if (operation->kind != Operation::Kind::kernel) operation->touched = touched_by(operation->regions);
  const auto report = [this](Finding f, const std::string& phase) { recorder_.finding(std::move(f), -1, phase); };
  if (!operation->host_accesses.empty()) compare_with_host(*operation, *memory_, report);
  operation->host_accesses.clear();
  if (operation->logged) {
    hazards_.done(operation, *memory_, report);
  } else {
    operation->touched.clear();
  }
}

// What the caller of a launcher does with its buffers, in its stream: before, it brings the values, and after, it reads the results or
// uses the buffers for something else. Nothing is moved; it is there to be ordered with.
int Session::hand_over(Request& r) {
  Stream* stream = find_stream(r, r.in.get<uint64_t>());
  const auto count = r.in.get<uint32_t>();
  if (!r.in.ok() || !stream || count > kHandedOver) return kInvalidValue;
  std::vector<Region> regions;
  for (uint32_t i = 0; i < count; ++i) {
    const auto address = r.in.get<uint64_t>(), bytes = r.in.get<uint64_t>();
    const Allocation* a = r.in.ok() && bytes ? memory_->find(address) : nullptr;  // a launcher may have freed it
    if (a && a->contains(address, bytes)) regions.push_back({TouchedBytes::Way::write, address, bytes, bytes, 1});
  }
  if (!r.in.ok()) return kInvalidValue;
  if (!regions.empty()) run(enqueue(r, *stream, Operation::Kind::hand_over, nullptr, {.regions = std::move(regions)}));
  return kSuccess;
}

// Memory that the host sees: it may not write what is to be read, and leaves alone what is to be written.
void Session::guard(const Region& region, std::vector<wire::Guard>& guards) const {
  if (in_mapped_range(region.address) && options_.checks & kRacecheck)
    guards.push_back({region.address, end_of(region), region.way != TouchedBytes::Way::read, {}});
}

// A kernel may use what its parameters point to, and managed memory that it finds by way of other managed memory.
std::vector<wire::Guard> Session::kernel_guards(const Module& module, const uint8_t* params, size_t bytes) const {
  std::vector<wire::Guard> guards;
  if (mapped_bytes_ == 0 || !(options_.checks & kRacecheck)) return guards;
  std::set<const Allocation*> used;
  bool managed = !module.managed.empty();
  for (size_t at = 0; at + 8 <= bytes; at += 8) {
    uint64_t word;
    std::memcpy(&word, params + at, 8);
    const Allocation* a = in_mapped_range(word) ? memory_->find(word) : nullptr;
    if (!a) continue;
    used.insert(a);
    managed |= a->kind == AllocationKind::managed;
  }
  if (managed) {
    for (const auto& a : memory_->all()) {
      if (!a->freed && a->kind == AllocationKind::managed && used.size() < wire::kGuards) used.insert(a.get());
    }
  }
  for (const Allocation* a : used) guards.push_back({a->base, a->base + a->bytes, 1, {}});
  return guards;
}

// The client hears of guards when they have changed.
bool Session::new_guards() {
  if (!guards_used_) return false;
  std::set<std::tuple<uint64_t, uint64_t, uint8_t>> all;
  for (const OperationRef& operation : queue_.pending()) {
    for (const wire::Guard& g : operation->guards) all.insert({g.from, g.to, g.reads_too});
  }
  std::vector<wire::Guard> now;
  for (const auto& [from, to, reads_too] : all) {
    if (now.size() < wire::kGuards) now.push_back({from, to, reads_too, {}});
  }
  const auto same = [](const wire::Guard& a, const wire::Guard& b) { return std::memcmp(&a, &b, sizeof a) == 0; };
  if (std::equal(now.begin(), now.end(), guards_.begin(), guards_.end(), same)) return false;
  guards_ = std::move(now);
  return true;
}

// What host code touched since its last call. Which of it was too early is known when the work is done.
void Session::host_accesses(Request& r) {
  std::vector<std::string> modules(std::min<uint32_t>(r.in.get<uint32_t>(), 1024));
  for (std::string& module : modules) module = r.in.text();
  const auto count = r.in.get<uint32_t>();
  for (uint32_t i = 0; i < count && r.in.ok(); ++i) {
    const auto access = r.in.get<wire::HostAccess>();
    if (!r.in.ok() || access.module >= modules.size() || access.bytes > kMappedBytes) return;
    for (const OperationRef& operation : queue_.pending()) {
      const bool meets = std::any_of(operation->guards.begin(), operation->guards.end(), [&](const wire::Guard& g) {
        return access.address < g.to && access.address + access.bytes > g.from && (access.writes || g.reads_too);
      });
      if (meets && operation->host_accesses.size() < kHostAccesses)
        operation->host_accesses.push_back({access.address, access.bytes, access.writes != 0, modules[access.module], access.offset});
    }
  }
}

}  // namespace wg
