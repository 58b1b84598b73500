// Allocation and release. Managed and pinned memory are pages that this process and the device share, at the same address in both.
#include <sys/mman.h>
#include <unistd.h>

#include "../core/memory.h"
#include "export.h"
#include "host_memory.h"
#include "managed.h"
#include "moves.h"
#include "registry.h"

using namespace wg::client;
using wg::AllocationKind;

namespace wg::client {

int allocate(Api api, AllocationKind kind, void** result, size_t bytes, const void* stream, bool in_order) {
  if (!result) return finish(api, kInvalidValue);
  Writer request;
  request.put(static_cast<uint8_t>(kind)).put(static_cast<uint64_t>(bytes));
  if (in_order) request.put(number(stream));
  const Reply reply = ask(Op::allocate, api, request);
  if (reply.error) return reply.error;
  const auto address = reply.reader().get<uint64_t>();
  if (reply.descriptor >= 0) {
    void* at = mmap(pointer(address), bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, reply.descriptor, 0);
    close(reply.descriptor);
    if (at == MAP_FAILED) return finish(api, kMemoryAllocation);
  }
  *result = pointer(address);
  return kSuccess;
}

int release(Api api, void* address) {
  if (!address) return finish(api, kSuccess);
  const Reply reply = ask(Op::release, api, Writer().put(number(address)));
  if (reply.error) return reply.error;
  auto in = reply.reader();
  if (in.get<uint8_t>()) {
    const auto bytes = in.get<uint64_t>();
    mmap(address, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    forget_advice(number(address), bytes);
  }
  return kSuccess;
}

int fill(Api api, void* to, size_t pitch, int value, size_t width, size_t height, void* stream) {
  return tell(Op::fill, api,
              Writer()
                  .put(number(to))
                  .put(static_cast<uint64_t>(pitch))
                  .put(static_cast<uint8_t>(value))
                  .put(static_cast<uint64_t>(width))
                  .put(static_cast<uint64_t>(height))
                  .put(number(stream)));
}

}  // namespace wg::client

extern "C" {

cudaError_t cudaMalloc(void** result, size_t bytes) { return allocate(Api::cudaMalloc, AllocationKind::device, result, bytes); }
cudaError_t cudaMallocAsync(void** result, size_t bytes, void* stream) {
  return allocate(Api::cudaMallocAsync, AllocationKind::device, result, bytes, stream, true);
}

cudaError_t cudaMallocPitch(void** result, size_t* pitch, size_t width, size_t height) {
  constexpr size_t kStep = 512;
  if (!pitch) return finish(Api::cudaMallocPitch, kInvalidValue);
  if (width > (size_t{1} << 40) || (height && width > (size_t{1} << 40) / height)) return finish(Api::cudaMallocPitch, kMemoryAllocation);
  *pitch = (width + kStep - 1) / kStep * kStep;
  return allocate(Api::cudaMallocPitch, AllocationKind::device, result, *pitch * height);
}

cudaError_t cudaFree(void* address) { return release(Api::cudaFree, address); }
cudaError_t cudaFreeAsync(void* address, void* stream) {
  if (!address) return finish(Api::cudaFreeAsync, kInvalidValue);
  return tell(Op::release_in_order, Api::cudaFreeAsync, Writer().put(number(address)).put(number(stream)));
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  if (!free || !total) return finish(Api::cudaMemGetInfo, kInvalidValue);
  const Reply reply = ask(Op::memory_info, Api::cudaMemGetInfo);
  auto in = reply.reader();
  if (!reply.error) {
    *free = in.get<uint64_t>();
    *total = in.get<uint64_t>();
  }
  return reply.error;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* address) {
  if (!attributes) return finish(Api::cudaPointerGetAttributes, kInvalidValue);
  const uint64_t registered = device_address_of(number(address));  // other than `address` where the device couldn't have that
  if (registered) address = pointer(registered);
  const Reply reply = ask(Op::pointer_info, Api::cudaPointerGetAttributes, Writer().put(number(address)));
  if (reply.error) return reply.error;
  auto in = reply.reader();
  *attributes = {};
  if (!in.get<uint8_t>()) {
    attributes->type = 0;
    attributes->device = -2;  // cudaInvalidDeviceId
    attributes->hostPointer = const_cast<void*>(address);
    return kSuccess;
  }
  const auto kind = static_cast<AllocationKind>(in.get<uint8_t>());
  attributes->type = kind == AllocationKind::pinned ? 1 : kind == AllocationKind::managed ? 3 : 2;
  attributes->devicePointer = const_cast<void*>(address);
  if (attributes->type == 3) attributes->hostPointer = const_cast<void*>(address);
  if (attributes->type == 1) attributes->hostPointer = pointer(host_address_of(number(address)));
  return kSuccess;
}

cudaError_t cudaGetSymbolAddress(void** result, const void* symbol) {
  if (!result) return finish(Api::cudaGetSymbolAddress, kInvalidValue);
  const Variable variable = find_variable(symbol, Api::cudaGetSymbolAddress);
  if (variable.error) return variable.error;
  *result = pointer(variable.address);
  return finish(Api::cudaGetSymbolAddress, kSuccess);
}

cudaError_t cudaGetSymbolSize(size_t* result, const void* symbol) {
  if (!result) return finish(Api::cudaGetSymbolSize, kInvalidValue);
  const Variable variable = find_variable(symbol, Api::cudaGetSymbolSize);
  if (variable.error) return variable.error;
  *result = variable.bytes;
  return finish(Api::cudaGetSymbolSize, kSuccess);
}

cudaError_t cudaMemset(void* to, int value, size_t bytes) { return fill(Api::cudaMemset, to, bytes, value, bytes, 1, nullptr); }
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, void* stream) {
  return fill(Api::cudaMemsetAsync, to, bytes, value, bytes, 1, stream);
}
cudaError_t cudaMemset2D(void* to, size_t pitch, int value, size_t width, size_t height) {
  return fill(Api::cudaMemset2D, to, pitch, value, width, height, nullptr);
}
cudaError_t cudaMemset2DAsync(void* to, size_t pitch, int value, size_t width, size_t height, void* stream) {
  return fill(Api::cudaMemset2DAsync, to, pitch, value, width, height, stream);
}

}  // extern "C"

WG_ALIAS(cudaMallocAsync, _ptsz);
WG_ALIAS(cudaFreeAsync, _ptsz);
WG_ALIAS(cudaMemset, _ptds);
WG_ALIAS(cudaMemsetAsync, _ptsz);
WG_ALIAS(cudaMemset2D, _ptds);
WG_ALIAS(cudaMemset2DAsync, _ptsz);
