// Where values come from, for launchers whose buffers the host reaches: what host code changed in the runner's pinned and managed buffers
// between the device's own work, and the bytes that crossed while the launcher ran, for the judge (docs/design/transfers.md).
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "session.h"

namespace wg {

namespace {

constexpr uint64_t kWatchedBytes = 64ull << 20;  // of all buffers together
constexpr uint64_t kMovedBytes = 256ull << 20;   // both ways together

uint64_t hash_of(const uint8_t* data, uint64_t bytes) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(data), bytes});
}

// 4-byte words that are others than before, and not zero: clearing is no result.
uint64_t changed(const uint8_t* now, const uint8_t* before, uint64_t bytes) {
  uint64_t count = 0;
  if (std::memcmp(now, before, bytes) == 0) return 0;
  for (uint64_t at = 0; at < bytes; at += 4) {
    const uint64_t size = std::min<uint64_t>(4, bytes - at);
    constexpr uint8_t zero[4] = {};
    if (std::memcmp(now + at, before + at, size) && std::memcmp(now + at, zero, size)) count += size;
  }
  return count;
}

const uint8_t* bytes_at(uint64_t address) { return reinterpret_cast<const uint8_t*>(address); }

}  // namespace

bool Session::in_call(const std::string& phase) const { return options_.record_outputs && phase.starts_with("call:"); }

// The runner has named a buffer of its own.
void Session::watch_host(const Allocation& a) {
  if (!options_.record_outputs || !in_mapped_range(a.base) || a.bytes == 0) return;
  uint64_t all = a.bytes;
  for (const Watched& w : watched_) all += w.seen.size();
  if (all <= kWatchedBytes) watched_.push_back({a.name, a.base, {bytes_at(a.base), bytes_at(a.base) + a.bytes}});
}

// A call of the launcher begins, or the device has done something: what the buffers hold now is known.
void Session::seen_host() {
  for (Watched& w : watched_) {
    if (still_watched(w)) std::memcpy(w.seen.data(), bytes_at(w.address), w.seen.size());
  }
}

bool Session::still_watched(const Watched& w) const {
  const Allocation* a = memory_->find(w.address);
  return a && a->base == w.address && a->bytes == w.seen.size() && !a->freed;
}

// Before the device does something: what has changed since it last did is the host's.
void Session::ask_host() {
  for (Watched& w : watched_) {
    if (!still_watched(w)) continue;
    recorder_.stored_by_host(w.name, changed(bytes_at(w.address), w.seen.data(), w.seen.size()));
    std::memcpy(w.seen.data(), bytes_at(w.address), w.seen.size());
  }
}

// After it: what a kernel stored, or a copy brought from the card. What came from the host is found by the next look.
void Session::look_at_own(const Operation& o) {
  using Kind = Operation::Kind;
  if (watched_.empty() || (o.kind != Kind::kernel && o.kind != Kind::copy && o.kind != Kind::fill)) return;
  if (o.kind == Kind::copy && in_call(o.phase)) {
    if (o.regions.size() != 2) return;
    const uint64_t from = o.regions[1].address;
    const auto holds = [&](const Watched& w) { return from >= w.address && from < w.address + w.seen.size(); };
    if (!in_device_range(from) && std::none_of(watched_.begin(), watched_.end(), holds)) return;
  }
  seen_host();
}

bool Session::append(const std::string& name, const void* data, uint64_t bytes) const {
  const std::filesystem::path path = std::filesystem::path(options_.record_dir) / name;
  std::FILE* file = std::fopen(path.c_str(), "ab");
  const bool written = file && std::fwrite(data, 1, bytes, file) == bytes;
  return (!file || std::fclose(file) == 0) && written;
}

// Appended to DIR/moved.WAY: what crossed while a launcher ran. DIR/moved.order holds, of each piece that went up, its bytes and how many
// had come down before: what comes down later is no reason to have it.
void Session::record_moved(const std::string& phase, const char* way, const uint8_t* data, uint64_t bytes) {
  if (!in_call(phase)) return;
  if ((moved_bytes_ += bytes) > kMovedBytes) return recorder_.moved_unseen(bytes);
  const bool up = way == std::string_view("HtoD");
  const uint64_t piece[2] = {bytes, came_down_};
  const bool written = append(std::string("moved.") + way, data, bytes) && (!up || append("moved.order", piece, sizeof piece));
  if (!up) came_down_ += bytes;
  if (!written) recorder_.moved_unseen(bytes);
}

// A copy that is done, row by row. Between two places of the card nothing crosses.
void Session::record_moved(const std::string& phase, const wire::CopyRequest& c) {
  const bool up = !in_device_range(c.from) && in_device_range(c.to), down = in_device_range(c.from) && !in_device_range(c.to);
  if (!up && !down) return;
  for (uint64_t row = 0; row < c.height; ++row) record_moved(phase, up ? "HtoD" : "DtoH", bytes_at(c.from + row * c.from_pitch), c.width);
}

// Before a kernel of the launcher's: what memory holds that it reaches and the host sees, but for the runner's own.
std::vector<Session::Reachable> Session::reachable(const std::string& phase) const {
  std::vector<Reachable> found;
  if (!in_call(phase) || mapped_bytes_ == 0) return found;
  for (const auto& a : memory_->all()) {
    if (a->freed || !a->host_sees() || a->bytes == 0) continue;
    if (std::any_of(watched_.begin(), watched_.end(), [&](const Watched& w) { return w.address == a->base; })) continue;
    Reachable& r = found.emplace_back(Reachable{a->base, a->bytes, {}});
    if (a->bytes <= kWatchedBytes) r.content.assign(bytes_at(a->base), bytes_at(a->base) + a->bytes);
  }
  return found;
}

// After it. What the host had put there has gone up, if the kernel read any such memory at all; words that are others now can come down. In
// pages that the program had before (cudaHostRegister) lie the launcher's own buffers: results come there by copies.
void Session::record_reachable(const std::string& phase, const std::vector<Reachable>& before, bool read) {
  for (const Reachable& r : before) {
    if (r.content.empty()) {
      if (read) recorder_.moved_unseen(r.bytes);
      continue;
    }
    const uint64_t hash = hash_of(r.content.data(), r.bytes);
    const auto known = known_.find(r.address);
    const bool fresh = known == known_.end() || known->second != hash;
    if (fresh && read) record_moved(phase, "HtoD", r.content.data(), r.bytes);
    std::vector<uint8_t> left;
    const uint8_t* const now = bytes_at(r.address);
    for (uint64_t at = 0; at < r.bytes; at += 4) {
      const uint64_t size = std::min<uint64_t>(4, r.bytes - at);
      if (std::memcmp(now + at, r.content.data() + at, size)) left.insert(left.end(), now + at, now + at + size);
    }
    if (!left.empty() && in_mapped_range(r.address)) record_moved(phase, "DtoH", left.data(), left.size());
    if (read || !fresh) known_[r.address] = hash_of(now, r.bytes);  // else the next kernel may read what the host has put there
  }
}

}  // namespace wg
