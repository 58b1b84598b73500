// Memory pools that another process can import, over a file descriptor: create, allocate, export, import. A descriptor is a small file that
// holds the pool's token; who hasn't been sent it can't import.
#include <sys/mman.h>
#include <unistd.h>

#include "export.h"

using namespace wg::client;
using wg::wire::PoolToken;

namespace {

constexpr int kPosixDescriptor = 1;  // cudaMemHandleTypePosixFileDescriptor

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

}  // extern "C"

WG_ALIAS(cudaMallocFromPoolAsync, _ptsz);
