// Memory pools that another process can import, over a file descriptor: create, allocate, export, import. A descriptor is a small file that
// holds the pool's token; who hasn't been sent it can't import.
#include <sys/mman.h>
#include <unistd.h>

#include "export.h"

using namespace wg::client;
using wg::wire::PoolToken;

namespace {

constexpr int kPosixDescriptor = 1;  // cudaMemHandleTypePosixFileDescriptor
constexpr int kPinned = 1;           // cudaMemAllocationType: memory that stays on its device
constexpr int kReadWrite = 3;        // cudaMemAccessFlags

bool is_our_device(const cudaMemLocation* where) { return where && where->type == 1 && where->id == 0; }

int pool_of_device(Api api, void** pool, bool usable, bool standard) {
  if (!usable) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_current, api, Writer().put(static_cast<uint8_t>(standard)));
  if (!reply.error) *pool = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

int use_pool(Api api, void* pool, bool usable) {
  return usable ? tell(Op::pool_use, api, Writer().put(number(pool))) : finish(api, kInvalidValue);
}

// The first three are an int, the others 64 bits.
bool is_int(int attribute) { return attribute <= 3; }

}  // namespace

extern "C" {

cudaError_t cudaMemPoolCreate(void** pool, const cudaMemPoolProps* properties) {
  constexpr Api api = Api::cudaMemPoolCreate;
  const bool fits = pool && properties && properties->allocType == 1 && (properties->handleTypes & ~kPosixDescriptor) == 0 &&
                    properties->location.type == 1 && properties->location.id == 0;
  if (!fits) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_create, api);
  if (!reply.error) *pool = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

cudaError_t cudaMemPoolDestroy(void* pool) { return tell(Op::pool_destroy, Api::cudaMemPoolDestroy, Writer().put(number(pool))); }

cudaError_t cudaMallocFromPoolAsync(void** result, size_t bytes, void* pool, void*) {
  constexpr Api api = Api::cudaMallocFromPoolAsync;
  if (!result) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_allocate, api, Writer().put(number(pool)).put(static_cast<uint64_t>(bytes)));
  if (!reply.error) *result = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

cudaError_t cudaMemPoolExportToShareableHandle(void* handle, void* pool, int type, unsigned flags) {
  constexpr Api api = Api::cudaMemPoolExportToShareableHandle;
  if (!handle || type != kPosixDescriptor || flags) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_token, api, Writer().put(number(pool)));
  if (reply.error) return reply.error;
  const auto token = reply.reader().get<PoolToken>();
  const int file = memfd_create("warpgrade-pool", MFD_CLOEXEC);
  if (file < 0 || write(file, &token, sizeof token) != sizeof token) {
    if (file >= 0) close(file);
    return finish(api, kMemoryAllocation);
  }
  *static_cast<int*>(handle) = file;
  return kSuccess;
}

cudaError_t cudaMemPoolImportFromShareableHandle(void** pool, void* handle, int type, unsigned flags) {
  constexpr Api api = Api::cudaMemPoolImportFromShareableHandle;
  PoolToken token;
  const int file = static_cast<int>(number(handle));  // the descriptor itself, where other kinds of handle pass an address
  if (!pool || type != kPosixDescriptor || flags || pread(file, &token, sizeof token, 0) != sizeof token) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_import, api, Writer().put(token));
  if (!reply.error) *pool = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

cudaError_t cudaMemPoolExportPointer(cudaMemPoolPtrExportData* data, void* address) {
  if (!data) return finish(Api::cudaMemPoolExportPointer, kInvalidValue);
  *data = {};
  data->address = number(address);
  return finish(Api::cudaMemPoolExportPointer, kSuccess);
}

cudaError_t cudaMemPoolImportPointer(void** result, void* pool, cudaMemPoolPtrExportData* data) {
  constexpr Api api = Api::cudaMemPoolImportPointer;
  if (!result || !data) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_import_pointer, api, Writer().put(number(pool)).put(data->address));
  if (!reply.error) *result = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

cudaError_t cudaDeviceGetDefaultMemPool(void** pool, int device) {
  if (pool && device != 0) return finish(Api::cudaDeviceGetDefaultMemPool, kInvalidDevice);
  return pool_of_device(Api::cudaDeviceGetDefaultMemPool, pool, pool != nullptr, true);
}
cudaError_t cudaDeviceGetMemPool(void** pool, int device) {
  if (pool && device != 0) return finish(Api::cudaDeviceGetMemPool, kInvalidDevice);
  return pool_of_device(Api::cudaDeviceGetMemPool, pool, pool != nullptr, false);
}
cudaError_t cudaDeviceSetMemPool(int device, void* pool) {
  if (device != 0) return finish(Api::cudaDeviceSetMemPool, kInvalidDevice);
  return use_pool(Api::cudaDeviceSetMemPool, pool, true);
}
cudaError_t cudaMemGetDefaultMemPool(void** pool, cudaMemLocation* where, int type) {
  return pool_of_device(Api::cudaMemGetDefaultMemPool, pool, pool && is_our_device(where) && type == kPinned, true);
}
cudaError_t cudaMemGetMemPool(void** pool, cudaMemLocation* where, int type) {
  return pool_of_device(Api::cudaMemGetMemPool, pool, pool && is_our_device(where) && type == kPinned, false);
}
cudaError_t cudaMemSetMemPool(cudaMemLocation* where, int type, void* pool) {
  return use_pool(Api::cudaMemSetMemPool, pool, is_our_device(where) && type == kPinned);
}

cudaError_t cudaMemPoolGetAttribute(void* pool, int attribute, void* value) {
  constexpr Api api = Api::cudaMemPoolGetAttribute;
  if (!value) return finish(api, kInvalidValue);
  const Reply reply = ask(Op::pool_get, api, Writer().put(number(pool)).put(static_cast<uint32_t>(attribute)));
  if (reply.error) return reply.error;
  const auto result = reply.reader().get<uint64_t>();
  if (is_int(attribute)) {
    *static_cast<int*>(value) = static_cast<int>(result);
  } else {
    *static_cast<uint64_t*>(value) = result;
  }
  return kSuccess;
}

cudaError_t cudaMemPoolSetAttribute(void* pool, int attribute, void* value) {
  constexpr Api api = Api::cudaMemPoolSetAttribute;
  if (!value) return finish(api, kInvalidValue);
  const uint64_t wanted = is_int(attribute) ? static_cast<uint64_t>(*static_cast<int*>(value)) : *static_cast<uint64_t*>(value);
  return tell(Op::pool_set, api, Writer().put(number(pool)).put(static_cast<uint32_t>(attribute)).put(wanted));
}

cudaError_t cudaMemPoolTrimTo(void* pool, size_t bytes) {
  return tell(Op::pool_trim, Api::cudaMemPoolTrimTo, Writer().put(number(pool)).put(static_cast<uint64_t>(bytes)));
}

// A pool's memory is its own device's to read and write, and there is no other device.
cudaError_t cudaMemPoolGetAccess(int* flags, void* pool, cudaMemLocation* where) {
  constexpr Api api = Api::cudaMemPoolGetAccess;
  if (!flags || !is_our_device(where)) return finish(api, kInvalidValue);
  const int error = ask(Op::pool_get, api, Writer().put(number(pool)).put(uint32_t{1})).error;
  if (!error) *flags = kReadWrite;
  return error;
}

cudaError_t cudaMemPoolSetAccess(void* pool, const cudaMemAccessDesc* list, size_t count) {
  constexpr Api api = Api::cudaMemPoolSetAccess;
  if (!list && count) return finish(api, kInvalidValue);
  for (size_t i = 0; i < count; ++i) {
    if (list[i].location.type == 1 && list[i].location.id != 0) return finish(api, kInvalidDevice);
    if (!is_our_device(&list[i].location) || list[i].flags != kReadWrite) return finish(api, kInvalidValue);
  }
  return ask(Op::pool_get, api, Writer().put(number(pool)).put(uint32_t{1})).error;
}

}  // extern "C"

WG_ALIAS(cudaMallocFromPoolAsync, _ptsz);
