// cudaMemcpy and its kin. Data of small copies ride in the message, larger ones go through the staging pages, a piece at a time.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "session.h"

namespace wg {

using wire::Api;
using wire::CopyKind;
using wire::CopyRequest;

namespace {

constexpr uint64_t kRecordedBytes = 8ull << 30;
constexpr uint64_t kPiece = 64ull << 20;
constexpr const char* kPageable = "pageable";

// Pinned and managed pages are both the device's and the host's.
bool is_device_address(uint64_t a) { return in_device_range(a) || in_mapped_range(a); }
bool is_host_address(uint64_t a) { return !in_device_range(a); }

const char* kind_name(CopyKind kind) {
  switch (kind) {
    case CopyKind::host_to_device: return "HtoD";
    case CopyKind::device_to_host: return "DtoH";
    case CopyKind::device_to_device: return "DtoD";
    case CopyKind::host_to_host: return "HtoH";
    default: return "";
  }
}

// Calls each(address of the bytes in the pitched block, place in the packed block, count) for packed bytes [offset, offset + bytes).
template <class F>
void each_piece(uint64_t base, uint64_t pitch, uint64_t width, uint64_t offset, uint64_t bytes, F each) {
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t at = offset + done, column = at % width;
    const uint64_t count = std::min(width - column, bytes - done);
    each(base + at / width * pitch + column, done, count);
    done += count;
  }
}

bool plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' && std::all_of(name.begin(), name.end(), [](char ch) {
    return std::isalnum(static_cast<unsigned char>(ch)) || ch == '_' || ch == '.' || ch == '-';
  });
}

Region target_of(const CopyRequest& c) { return {TouchedBytes::Way::write, c.to, c.to_pitch, c.width, c.height}; }
Region source_of(const CopyRequest& c) { return {TouchedBytes::Way::read, c.from, c.from_pitch, c.width, c.height}; }

uint64_t extent(uint64_t pitch, uint64_t width, uint64_t height) { return (height - 1) * pitch + width; }

}  // namespace

// Settles the direction and checks both sides. Error 1 with a finding that names the misuse.
int Session::check_copy(const CopyRequest& c, Api api, CopyKind* kind) {
  const auto too_large = [&](uint64_t pitch) {
    return static_cast<unsigned __int128>(c.height - 1) * pitch + c.width > kDeviceBytes || (c.height > 1 && pitch < c.width);
  };
  if (too_large(c.to_pitch) || too_large(c.from_pitch)) return kInvalidValue;
  *kind = c.kind;
  if (c.kind == CopyKind::automatic) {
    // Pinned memory is the host's, wherever it can be reached from; managed memory counts as the device's.
    const auto on_device = [&](uint64_t address) {
      const Allocation* a = c.direct ? memory_->find(address) : nullptr;
      return a ? a->kind != AllocationKind::pinned : is_device_address(address);
    };
    const bool to = on_device(c.to), from = on_device(c.from);
    *kind = to ? (from ? CopyKind::device_to_device : CopyKind::host_to_device) : from ? CopyKind::device_to_host : CopyKind::host_to_host;
  } else if (static_cast<uint32_t>(c.kind) > 4) {
    return 21;  // cudaErrorInvalidMemcpyDirection
  }
  const bool to_device = *kind == CopyKind::host_to_device || *kind == CopyKind::device_to_device;
  const bool from_device = *kind == CopyKind::device_to_host || *kind == CopyKind::device_to_device;
  const std::string call = wire::name_of(api);
  const auto in_card = [](uint64_t address) { return is_device_address(address) && !in_mapped_range(address); };
  const bool backwards_up = *kind == CopyKind::host_to_device && !in_card(c.to) && in_card(c.from);
  if (backwards_up || (*kind == CopyKind::device_to_host && in_card(c.to) && !in_card(c.from))) {
    report("COPY_DIRECTION", call + ": the copy's kind says " + (backwards_up ? "host to device" : "device to host") +
                                 ", but the destination is " + (backwards_up ? "host" : "device") + " memory and the source is " +
                                 (backwards_up ? "device memory: " + describe(c.from) : "host memory"));
    return kInvalidValue;
  }
  if (!to_device && !is_host_address(c.to)) {
    report("DEVICE_POINTER", call + ": the destination is a device pointer, but the copy's kind says host: " + describe(c.to));
    return kInvalidValue;
  }
  if (!from_device && !is_host_address(c.from)) {
    report("DEVICE_POINTER", call + ": the source is a device pointer, but the copy's kind says host: " + describe(c.from));
    return kInvalidValue;
  }
  if (to_device && !check_range(api, "destination", c.to, extent(c.to_pitch, c.width, c.height), true)) return kInvalidValue;
  if (from_device && !check_range(api, "source", c.from, extent(c.from_pitch, c.width, c.height), false)) return kInvalidValue;
  if (c.direct && !to_device && !check_range(api, "destination", c.to, extent(c.to_pitch, c.width, c.height), true)) return kInvalidValue;
  if (c.direct && !from_device && !check_range(api, "source", c.from, extent(c.from_pitch, c.width, c.height), false)) return kInvalidValue;
  return kSuccess;
}

int Session::copy(Request& r) {
  const auto c = r.in.get<CopyRequest>();
  if (!r.in.ok()) return kInvalidValue;
  Stream* const stream = find_stream(r, c.stream);
  const auto total128 = static_cast<unsigned __int128>(c.width) * c.height;
  // A later piece goes on where the last one ended; one that doesn't is a copy of its own, and traced as such.
  const bool first = c.offset == 0 || next_piece_ != std::array{c.to, c.from, c.width, c.height, c.offset};
  next_piece_ = {c.to, c.from, c.width, c.height, c.offset + c.bytes};
  const uint64_t total = total128 > kDeviceBytes ? kDeviceBytes : static_cast<uint64_t>(total128);
  const auto end = [&](int error, const char* kind) {
    return first || error ? note(r, error, total, kind, stream ? stream->index : 0) : error;
  };
  if (!stream) return end(kInvalidHandle, "");
  if (total == 0) return end(kSuccess, kind_name(c.kind));
  CopyKind kind = c.kind;
  if (const int error = check_copy(c, r.api, &kind)) return end(error, kind_name(kind));
  const char* const name = kind_name(kind);
  if (kind == CopyKind::host_to_host && !c.direct) return end(wait(r, *stream), name);  // then it is the client's own business
  if (kind != CopyKind::device_to_device && !c.direct) return end(copy_pageable(r, c, *stream, kind, first), name);

  // Both sides are memory that the device reaches by itself: the copy waits for its turn.
  Cost cost = kind == CopyKind::host_to_device   ? timeline_.copy_to_device(total, memory_name(c.from))
              : kind == CopyKind::device_to_host ? timeline_.copy_to_host(total, memory_name(c.to))
                                                 : timeline_.copy_on_device(total);
  cost.asynchronous = c.asynchronous;
  if (kind == CopyKind::host_to_host) cost = {};
  const OperationRef operation = enqueue(r, *stream, Operation::Kind::copy,
                                         [this, c, total](Operation& self) {
                                           guard_input(self, c.to, total);
                                           copy_rows(c);
                                           record_moved(self.phase, c);
                                         },
                                         {.regions = {target_of(c), source_of(c)}, .cost = cost});
  if (kind == CopyKind::host_to_device) recorder_.exchanged(0, total);
  if (kind == CopyKind::device_to_host) recorder_.exchanged(total, 0);
  if (kind == CopyKind::device_to_device)  // managed memory counts as the device's, and the host sees it
    recorder_.exchanged(in_device_range(c.to) ? 0 : total, in_device_range(c.from) ? 0 : total);
  // cudaMemcpy between two places of the device's memory may return before it is done; with a side that the host sees it doesn't.
  const bool waits = kind == CopyKind::host_to_host ||
                     (!c.asynchronous && (kind != CopyKind::device_to_device || in_mapped_range(c.to) || in_mapped_range(c.from)));
  return end(waits ? wait(operation) : kSuccess, name);
}

// What kind of memory the host's side of a copy is.
const char* Session::memory_name(uint64_t address) const {
  const Allocation* a = memory_->find(address);
  return a && a->kind == AllocationKind::managed ? "managed" : "pinned";
}

void Session::copy_rows(const CopyRequest& c) {
  for (uint64_t row = 0; row < c.height; ++row) {
    // Piece by piece, with a look at the machine's memory before each; a row that overlaps itself goes in one.
    const uint64_t to = c.to + row * c.to_pitch, from = c.from + row * c.from_pitch;
    const bool overlap = to < from + c.width && from < to + c.width;
    for (uint64_t at = 0, piece; at < c.width; at += piece) {
      piece = overlap ? c.width : std::min(kPiece, c.width - at);
      if (!memory_left(piece)) return;
      memory_->copy_written(to + at, from + at, piece);
      std::memmove(reinterpret_cast<void*>(to + at), reinterpret_cast<const void*>(from + at), piece);
    }
  }
}

void Session::write_piece(const CopyRequest& c, const uint8_t* data) {
  if (!memory_left(c.bytes)) return;
  each_piece(c.to, c.to_pitch, c.width, c.offset, c.bytes, [&](uint64_t to, uint64_t at, uint64_t count) {
    std::memcpy(reinterpret_cast<void*>(to), data + at, count);
    memory_->mark_written(to, count);
  });
}

// From or to memory of the client's own: its bytes come with the request, or go back with the reply, in one or several pieces.
int Session::copy_pageable(Request& r, const CopyRequest& c, Stream& stream, CopyKind kind, bool first) {
  const uint64_t total = c.width * c.height;
  const uint64_t limit = c.staged ? wire::kStagingBytes : wire::kInlineBytes;
  if (c.bytes > limit || c.offset > total || c.bytes > total - c.offset || (c.staged && !staging_)) return kInvalidValue;
  Cost cost = kind == CopyKind::host_to_device ? timeline_.copy_to_device(total, kPageable) : timeline_.copy_to_host(total, kPageable);
  cost.asynchronous = c.asynchronous;
  if (kind == CopyKind::host_to_device) {
    const uint8_t* data = c.staged ? staging_ : r.in.take(c.bytes);
    if (!data) return kInvalidValue;
    recorder_.exchanged(0, c.bytes);
    record_moved(phase_, "HtoD", data, c.bytes);
    timeline_.stage(c.bytes);
    if (c.asynchronous && c.bytes == total) {  // the program may have its buffer back; the device gets the bytes when it is their turn
      enqueue(r, stream, Operation::Kind::copy,
              [this, c, held = std::vector<uint8_t>(data, data + c.bytes)](Operation& self) {
                guard_input(self, c.to, c.bytes);
                write_piece(c, held.data());
              },
              {.regions = {target_of(c)}, .held_bytes = c.bytes, .cost = cost});
      return kSuccess;
    }
    if (first) {
      const OperationRef operation =
          enqueue(r, stream, Operation::Kind::copy, [this, c, total](Operation& self) { guard_input(self, c.to, total); },
                  {.regions = {target_of(c)}, .cost = cost});
      if (c.asynchronous) {
        run(operation);
      } else {
        wait(operation);
      }
      if (operation->failed) return kInvalidValue;
    }
    if (const int error = surface()) return error;
    write_piece(c, data);
    return surface();
  }
  if (first) {
    const OperationRef operation = enqueue(r, stream, Operation::Kind::copy, nullptr, {.regions = {source_of(c)}, .cost = cost});
    if (const int error = wait(operation)) return error;
    if (operation->failed) return kInvalidValue;
    recorded_now_ = record_output(c);
  }
  if (!recorded_now_) recorder_.exchanged(c.bytes, 0);
  uint8_t* data = c.staged ? staging_ : out_.room(c.bytes);
  each_piece(c.from, c.from_pitch, c.width, c.offset, c.bytes,
             [&](uint64_t from, uint64_t at, uint64_t count) { std::memcpy(data + at, reinterpret_cast<const void*>(from), count); });
  record_moved(phase_, "DtoH", data, c.bytes);
  return kSuccess;
}

// The judge takes outputs from here, never from the student's process: the whole copy, written in a `download:X` phase to DIR/X.bin.
bool Session::record_output(const CopyRequest& c) {
  constexpr std::string_view kDownload = "download:";
  if (!options_.record_outputs || !phase_.starts_with(kDownload)) return false;
  const std::string name = phase_.substr(kDownload.size());
  if (!plain_name(name)) return false;
  // Forged marks must not fill the judge's disk.
  if (++recorded_files_ > 1000 || (recorded_bytes_ += c.width * c.height) > std::min(options_.memory_bytes, kRecordedBytes)) return false;
  const std::filesystem::path path = std::filesystem::path(options_.record_dir) / (name + ".bin");
  // The first download stands: what student code does later, under a mark it has forged, changes nothing.
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  if (!file) return false;
  for (uint64_t row = 0; row < c.height; ++row) std::fwrite(reinterpret_cast<const void*>(c.from + row * c.from_pitch), 1, c.width, file);
  std::fclose(file);
  return true;
}

// Inputs go from the judge's folder straight into memory: a program that has never held them can't compute on the host what it passes off
// as the device's. After `load` nobody may ask for one.
int Session::upload(Request& r) {
  const auto to = r.in.get<uint64_t>(), bytes = r.in.get<uint64_t>();
  const std::string name = r.in.text(100);
  if (!r.in.ok()) return kInvalidValue;
  if (options_.inputs_dir.empty() || recorder_.loaded() || !plain_name(name)) return kNotSupported;
  if (!check_range(r.api, "destination", to, bytes, true)) return note(r, kInvalidValue, bytes, "HtoD");
  if (const int error = wait_all()) return note(r, error, bytes, "HtoD");
  const std::filesystem::path path = std::filesystem::path(options_.inputs_dir) / name;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) return note(r, kInvalidValue, bytes, "HtoD");
  const bool complete = std::fread(reinterpret_cast<void*>(to), 1, bytes, file) == bytes && std::fgetc(file) == EOF;
  std::fclose(file);
  Allocation* a = memory_->find(to);
  if (a && bytes < a->bytes && a->bytes >> 32) a->sparse = true;  // nobody else brings so much in parts
  if (!a || !outputs_.count(a->base)) memory_->mark_written(to, bytes);
  else if (a->sparse) std::memset(a->written.get() + (to - a->base) / 4, kRowWithoutValues, (bytes + 3) / 4);
  return note(r, complete ? kSuccess : kInvalidValue, bytes, "HtoD");
}

}  // namespace wg
