// Allocations, copies and fills that other files of the API build theirs on.
#pragma once
#include "../core/memory.h"
#include "connection.h"

namespace wg::client {

// Memory of any kind: its address goes to *result. With `in_order`, in the order of the stream.
int allocate(Api api, AllocationKind kind, void** result, size_t bytes, const void* stream = nullptr, bool in_order = false);
int release(Api api, void* address);

// A pitched copy; height 1 for a plain one. `kind` is a cudaMemcpyKind.
int copy(Api api, void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height, int kind, bool asynchronous,
         void* stream);

int fill(Api api, void* to, size_t pitch, int value, size_t width, size_t height, void* stream);

}  // namespace wg::client
