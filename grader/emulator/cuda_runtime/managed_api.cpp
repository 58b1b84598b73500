// Managed memory. Its pages are always where they are needed, so advice and prefetches change no access; they are checked as CUDA checks
// them, and kept, page by page, for programs that ask.
#include <algorithm>
#include <map>

#include "export.h"
#include "managed.h"
#include "moves.h"

using namespace wg::client;
using wg::AllocationKind;

namespace {

constexpr uint64_t kPage = 4096;
constexpr int kNowhere = -2, kHost = -1;  // cudaInvalidDeviceId, cudaCpuDeviceId
constexpr unsigned kAttachGlobal = 1, kAttachHost = 2, kAttachSingle = 4;

enum Advice { set_read_mostly = 1, unset_read_mostly, set_preferred, unset_preferred, set_accessed_by, unset_accessed_by };

struct Place {
  int type = 0, id = kNowhere;  // cudaMemLocationType; 0: none
  bool operator==(const Place&) const = default;
};

struct PageState {
  bool read_mostly = false, accessed_by_device = false, accessed_by_host = false;
  Place preferred, prefetched;
  bool operator==(const PageState&) const = default;
};

// What was said about which pages: a state holds from its key up to the next one.
class States {
 public:
  template <class F>
  void change(uint64_t from, uint64_t bytes, F apply) {
    const uint64_t begin = from / kPage * kPage, end = (from + bytes + kPage - 1) / kPage * kPage;
    split(begin);
    split(end);
    for (auto at = states_.find(begin); at != states_.end() && at->first < end; ++at) apply(at->second);
  }
  // True if `holds` is so for all pages of the range.
  template <class F>
  bool all(uint64_t from, uint64_t bytes, F holds) const {
    auto at = states_.upper_bound(from);
    if (at != states_.begin()) --at;
    for (; at != states_.end() && at->first < from + bytes; ++at) {
      if (!holds(at->second)) return false;
    }
    return true;
  }
  const PageState& at(uint64_t address) const { return std::prev(states_.upper_bound(address))->second; }
  void clear() { states_ = {{0, {}}}; }

 private:
  void split(uint64_t at) {
    const auto before = std::prev(states_.upper_bound(at));
    if (before->first != at) states_.emplace(at, PageState(before->second));
  }
  std::map<uint64_t, PageState> states_ = {{0, {}}};
};

// Under the connection's lock.
States& states() {
  static States* all = new States;
  return *all;
}

// cudaErrorInvalidValue unless the range lies in one managed allocation.
int check_range(Api api, const void* address, size_t bytes) {
  return ask(Op::managed_range, api, Writer().put(number(address)).put(static_cast<uint64_t>(bytes))).error;
}

// The device 0 or the host (of any NUMA node); else an error.
int check_location(const cudaMemLocation& where) {
  if (where.type == 1) return where.id == 0 ? kSuccess : kInvalidDevice;
  return where.type >= 2 && where.type <= 4 ? kSuccess : kInvalidValue;
}

Place place_of(const cudaMemLocation& where) { return {where.type, where.type == 1 ? where.id : where.type == 2 ? kHost : where.id}; }

int device_id(const Place& place) { return place.type == 0 ? kNowhere : place.type == 1 ? place.id : kHost; }

// One attribute of a range, as 4-byte words.
int range_attribute(int which, uint64_t from, uint64_t bytes, int* words, size_t count) {
  const States& known = states();
  const PageState& first = known.at(from);
  const auto same = [&](auto member) { return known.all(from, bytes, [&](const PageState& s) { return s.*member == first.*member; }); };
  const Place preferred = same(&PageState::preferred) ? first.preferred : Place{};
  const Place prefetched = same(&PageState::prefetched) ? first.prefetched : Place{};
  if (which == 3) {  // accessed by: the processors that all pages name, the rest of the array invalid
    size_t n = 0;
    if (known.all(from, bytes, [](const PageState& s) { return s.accessed_by_device; })) words[n++] = 0;
    if (n < count && known.all(from, bytes, [](const PageState& s) { return s.accessed_by_host; })) words[n++] = kHost;
    std::fill(words + n, words + count, kNowhere);
    return kSuccess;
  }
  switch (which) {
    case 1: words[0] = known.all(from, bytes, [](const PageState& s) { return s.read_mostly; }); return kSuccess;
    case 2: words[0] = device_id(preferred); return kSuccess;
    case 4: words[0] = device_id(prefetched); return kSuccess;
    case 5: words[0] = preferred.type; return kSuccess;
    case 6: words[0] = preferred.id; return kSuccess;
    case 7: words[0] = prefetched.type; return kSuccess;
    case 8: words[0] = prefetched.id; return kSuccess;
    default: return kInvalidValue;
  }
}

bool attribute_fits(int which, size_t bytes) { return which == 3 ? bytes > 0 && bytes % 4 == 0 : which >= 1 && which <= 8 && bytes == 4; }

}  // namespace

namespace wg::client {
void forget_advice() { states().clear(); }
void forget_advice(uint64_t from, uint64_t bytes) {
  states().change(from, bytes, [](PageState& s) { s = {}; });
}
}  // namespace wg::client

extern "C" {

cudaError_t cudaMallocManaged(void** result, size_t bytes, unsigned flags) {
  constexpr Api api = Api::cudaMallocManaged;
  if (flags != kAttachGlobal && flags != kAttachHost) return finish(api, kInvalidValue);
  return allocate(api, AllocationKind::managed, result, bytes);
}

cudaError_t cudaMemPrefetchAsync(const void* address, size_t bytes, cudaMemLocation where, unsigned flags, void* stream) {
  constexpr Api api = Api::cudaMemPrefetchAsync;
  if (flags) return finish(api, kInvalidValue);
  if (const int error = check_location(where)) return finish(api, error);
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = check_range(api, address, bytes)) return error;
  if (const int error = ask(Op::stream_info, Api::none, Writer().put(number(stream))).error) return error;
  states().change(number(address), bytes, [&](PageState& s) { s.prefetched = place_of(where); });
  return kSuccess;
}

cudaError_t cudaMemAdvise(const void* address, size_t bytes, int advice, cudaMemLocation where) {
  constexpr Api api = Api::cudaMemAdvise;
  if (advice < set_read_mostly || advice > unset_accessed_by) return finish(api, kInvalidValue);
  const bool names_a_place = advice == set_preferred || advice == set_accessed_by || advice == unset_accessed_by;
  if (const int error = names_a_place ? check_location(where) : kSuccess) return finish(api, error);
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = check_range(api, address, bytes)) return error;
  states().change(number(address), bytes, [&](PageState& s) {
    switch (advice) {
      case set_read_mostly: s.read_mostly = true; break;
      case unset_read_mostly: s.read_mostly = false; break;
      case set_preferred: s.preferred = place_of(where); break;
      case unset_preferred: s.preferred = {}; break;
      default: (where.type == 1 ? s.accessed_by_device : s.accessed_by_host) = advice == set_accessed_by;
    }
  });
  return kSuccess;
}

cudaError_t cudaMemRangeGetAttributes(void** data, size_t* sizes, int* which, size_t count, const void* address, size_t bytes) {
  constexpr Api api = Api::cudaMemRangeGetAttributes;
  if (!data || !sizes || !which || count == 0) return finish(api, kInvalidValue);
  for (size_t i = 0; i < count; ++i) {
    if (!data[i] || !attribute_fits(which[i], sizes[i])) return finish(api, kInvalidValue);
  }
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = check_range(api, address, bytes)) return error;
  for (size_t i = 0; i < count; ++i) range_attribute(which[i], number(address), bytes, static_cast<int*>(data[i]), sizes[i] / 4);
  return kSuccess;
}

cudaError_t cudaMemRangeGetAttribute(void* data, size_t size, int which, const void* address, size_t bytes) {
  constexpr Api api = Api::cudaMemRangeGetAttribute;
  if (!data || !attribute_fits(which, size)) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = check_range(api, address, bytes)) return error;
  return range_attribute(which, number(address), bytes, static_cast<int*>(data), size / 4);
}

// The whole allocation (or its length) is attached; which stream uses it changes nothing here.
cudaError_t cudaStreamAttachMemAsync(void* stream, void* address, size_t bytes, unsigned flags) {
  constexpr Api api = Api::cudaStreamAttachMemAsync;
  const bool null_stream = number(stream) <= 2;
  if (flags != kAttachGlobal && flags != kAttachHost && flags != kAttachSingle) return finish(api, kInvalidValue);
  if (flags == kAttachSingle && null_stream) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = ask(Op::stream_info, Api::none, Writer().put(number(stream))).error) return finish(api, error);
  return ask(Op::managed_range, api, Writer().put(number(address)).put(static_cast<uint64_t>(bytes)).put(uint8_t{1})).error;
}

}  // extern "C"

WG_ALIAS(cudaMemPrefetchAsync, _ptsz);
WG_ALIAS(cudaStreamAttachMemAsync, _ptsz);
