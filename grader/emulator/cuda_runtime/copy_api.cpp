// cudaMemcpy and its kin. Rows are packed in transit; copies beyond kInlineBytes go through the pages shared with the device, piece by
// piece.
#include <algorithm>
#include <cstring>

#include "../core/memory.h"
#include "export.h"
#include "host_memory.h"
#include "moves.h"
#include "registry.h"

using namespace wg::client;
using wg::wire::CopyKind;
using wg::wire::CopyRequest;

namespace {

bool is_shared(const void* address) { return wg::in_mapped_range(number(address)); }
bool on_device(const void* address) { return wg::in_device_range(number(address)) || is_shared(address); }

// Where the device sees this host memory, if it shares all of its pages (pinned, managed, registered); else 0.
uint64_t shared_address(const void* at, uint64_t bytes) {
  if (is_shared(at)) return number(at);
  const uint64_t device = device_address_of(number(at));
  return device && device_address_of(number(at) + bytes - 1) == device + bytes - 1 ? device : 0;
}

// Calls each(bytes in the pitched host block, place in the packed block, count) for packed bytes [offset, offset + bytes).
template <class F>
void each_piece(uint8_t* base, uint64_t pitch, uint64_t width, uint64_t offset, uint64_t bytes, F each) {
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t at = offset + done, column = at % width;
    const uint64_t count = std::min(width - column, bytes - done);
    each(base + at / width * pitch + column, done, count);
    done += count;
  }
}

}  // namespace

namespace wg::client {

int copy(Api api, void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height, int kind, bool asynchronous,
         void* stream) {
  if (kind < 0 || kind > 4) return finish(api, kInvalidMemcpyDirection);
  CopyRequest request{};
  request.to = number(to);
  request.to_pitch = to_pitch;
  request.from = number(from);
  request.from_pitch = from_pitch;
  request.width = width;
  request.height = height;
  request.stream = number(stream);
  request.kind = static_cast<CopyKind>(kind);
  request.asynchronous = asynchronous;
  CopyKind way = request.kind;
  if (way == CopyKind::automatic) {
    way = on_device(to) ? (on_device(from) ? CopyKind::device_to_device : CopyKind::host_to_device)
                        : (on_device(from) ? CopyKind::device_to_host : CopyKind::host_to_host);
  }
  const bool down = way == CopyKind::device_to_host, up = way == CopyKind::host_to_device;
  const uint64_t total = static_cast<uint64_t>(width) * height;
  const bool sane = height == 0 || total / height == width;
  // A null pointer on the host's side is found here, where it would be used. (One on the device's side the device names.)
  const bool within_host = way == CopyKind::host_to_host;
  if (sane && total && ((!from && (up || within_host)) || (!to && (down || within_host)))) return finish(api, kInvalidValue);
  // Pages that the device shares: it moves the data itself, when it is their turn.
  if (sane && total && (up ? on_device(to) && !on_device(from) : down && on_device(from) && !on_device(to))) {
    const uint64_t device = shared_address(up ? from : to, (height - 1) * (up ? from_pitch : to_pitch) + width);
    request.direct = device != 0;
    if (device) (up ? request.from : request.to) = device;
  } else {
    request.direct = (up || on_device(to)) && (down || on_device(from)) && (!up || is_shared(from)) && (!down || is_shared(to));
  }
  if (!sane || total == 0 || (!up && !down) || request.direct) {
    if (!sane) return finish(api, kInvalidValue);
    const int error = tell(Op::copy, api, Writer().put(request));
    if (!error && way == CopyKind::host_to_host && !request.direct) {
      for (size_t row = 0; row < height; ++row)
        std::memmove(static_cast<uint8_t*>(to) + row * to_pitch, static_cast<const uint8_t*>(from) + row * from_pitch, width);
    }
    return error;
  }
  // A misuse is told by the device before this process touches the memory in question.
  if ((up && on_device(from) && number(from) < wg::kMappedBase) || (down && on_device(to) && number(to) < wg::kMappedBase))
    return tell(Op::copy, api, Writer().put(request));

  std::lock_guard lock(Connection::get().mutex());
  uint8_t* host = static_cast<uint8_t*>(up ? const_cast<void*>(from) : to);
  const uint64_t host_pitch = up ? from_pitch : to_pitch;
  request.staged = total > wg::wire::kInlineBytes;
  uint8_t* staging = request.staged ? Connection::get().staging() : nullptr;
  if (request.staged && !staging) return finish(api, kMemoryAllocation);
  for (uint64_t offset = 0; offset < total;) {
    request.offset = offset;
    request.bytes =
        static_cast<uint32_t>(std::min<uint64_t>(total - offset, request.staged ? wg::wire::kStagingBytes : wg::wire::kInlineBytes));
    Writer message;
    message.put(request);
    if (up) {
      uint8_t* data = request.staged ? staging : message.room(request.bytes);
      each_piece(host, host_pitch, width, offset, request.bytes,
                 [&](uint8_t* at, uint64_t place, uint64_t count) { std::memcpy(data + place, at, count); });
    }
    const Reply reply = ask(Op::copy, api, message);
    if (reply.error) return reply.error;
    if (down) {
      const uint8_t* data = request.staged ? staging : reply.data.data();
      if (!request.staged && reply.data.size() != request.bytes) return kInvalidValue;
      each_piece(host, host_pitch, width, offset, request.bytes,
                 [&](uint8_t* at, uint64_t place, uint64_t count) { std::memcpy(at, data + place, count); });
    }
    offset += request.bytes;
  }
  return kSuccess;
}

}  // namespace wg::client

namespace {

// `host_to` for a copy from the symbol, else `host_from` is copied to it. (The other side may be device memory too.)
int copy_symbol(Api api, const void* symbol, void* host_to, const void* host_from, size_t count, size_t offset, int kind, bool asynchronous,
                void* stream) {
  const CopyKind way = static_cast<CopyKind>(kind), with_host = host_to ? CopyKind::device_to_host : CopyKind::host_to_device;
  if (way != with_host && way != CopyKind::device_to_device && way != CopyKind::automatic) return finish(api, kInvalidMemcpyDirection);
  const Variable variable = find_variable(symbol, api);
  if (variable.error) return variable.error;
  uint8_t* device = static_cast<uint8_t*>(pointer(variable.address)) + offset;
  void* to = host_to ? host_to : device;
  const void* from = host_to ? device : host_from;
  return copy(api, to, count, from, count, count, 1, kind, asynchronous, stream);
}

}  // namespace

extern "C" {

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, int kind) {
  return copy(Api::cudaMemcpy, to, bytes, from, bytes, bytes, 1, kind, false, nullptr);
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, void* stream) {
  return copy(Api::cudaMemcpyAsync, to, bytes, from, bytes, bytes, 1, kind, true, stream);
}

cudaError_t cudaMemcpy2D(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height, int kind) {
  if (width > to_pitch || width > from_pitch) return finish(Api::cudaMemcpy2D, 12);  // cudaErrorInvalidPitchValue
  return copy(Api::cudaMemcpy2D, to, to_pitch, from, from_pitch, width, height, kind, false, nullptr);
}

cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height, int kind,
                              void* stream) {
  if (width > to_pitch || width > from_pitch) return finish(Api::cudaMemcpy2DAsync, 12);
  return copy(Api::cudaMemcpy2DAsync, to, to_pitch, from, from_pitch, width, height, kind, true, stream);
}

cudaError_t cudaMemcpyToSymbol(const void* symbol, const void* from, size_t count, size_t offset, int kind) {
  return copy_symbol(Api::cudaMemcpyToSymbol, symbol, nullptr, from, count, offset, kind, false, nullptr);
}

cudaError_t cudaMemcpyToSymbolAsync(const void* symbol, const void* from, size_t count, size_t offset, int kind, void* stream) {
  return copy_symbol(Api::cudaMemcpyToSymbolAsync, symbol, nullptr, from, count, offset, kind, true, stream);
}

cudaError_t cudaMemcpyFromSymbol(void* to, const void* symbol, size_t count, size_t offset, int kind) {
  if (!to) return finish(Api::cudaMemcpyFromSymbol, kInvalidValue);
  return copy_symbol(Api::cudaMemcpyFromSymbol, symbol, to, nullptr, count, offset, kind, false, nullptr);
}

cudaError_t cudaMemcpyFromSymbolAsync(void* to, const void* symbol, size_t count, size_t offset, int kind, void* stream) {
  if (!to) return finish(Api::cudaMemcpyFromSymbolAsync, kInvalidValue);
  return copy_symbol(Api::cudaMemcpyFromSymbolAsync, symbol, to, nullptr, count, offset, kind, true, stream);
}

}  // extern "C"

WG_ALIAS(cudaMemcpy, _ptds);
WG_ALIAS(cudaMemcpyAsync, _ptsz);
WG_ALIAS(cudaMemcpy2D, _ptds);
WG_ALIAS(cudaMemcpy2DAsync, _ptsz);
WG_ALIAS(cudaMemcpyToSymbol, _ptds);
WG_ALIAS(cudaMemcpyToSymbolAsync, _ptsz);
WG_ALIAS(cudaMemcpyFromSymbol, _ptds);
WG_ALIAS(cudaMemcpyFromSymbolAsync, _ptsz);
