// The few functions of the CUDA runtime that the runner calls, declared by hand: the runner is compiled by the host compiler alone, without
// CUDA headers, and linked dynamically, so that one binary serves the real GPU's libcudart.so.13 and the emulated one's. Source of the
// prototypes: CUDA Runtime API 13.0, modules 6.1, 6.4, 6.5, 6.10, 6.14.
#pragma once
#include <cstddef>

extern "C" {
using cudaError_t = int;  // an enum in CUDA's headers: the same size and registers
using cudaStream_t = struct CUstream_st*;
enum : int { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum : int { cudaErrorNotSupported = 801 };
enum : unsigned { cudaStreamNonBlocking = 1, cudaHostAllocDefault = 0, cudaMemAttachGlobal = 1 };
using cudaEvent_t = struct CUevent_st*;
using cudaMemPool_t = struct CUmemPoolHandle_st*;
enum : int { cudaMemHandleTypePosixFileDescriptor = 1 };
struct cudaMemPoolPtrExportData {
  unsigned char reserved[64];
};

cudaError_t cudaMalloc(void** pointer, size_t bytes);
cudaError_t cudaHostAlloc(void** pointer, size_t bytes, unsigned flags);
cudaError_t cudaMallocManaged(void** pointer, size_t bytes, unsigned flags);
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, int kind, cudaStream_t stream);
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, int kind);
cudaError_t cudaMemcpy2D(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width, size_t height, int kind);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaDeviceSynchronize();
const char* cudaGetErrorName(cudaError_t error);

// For buffers that the judge's card process owns and shares
cudaError_t cudaMemPoolImportFromShareableHandle(cudaMemPool_t* pool, void* handle, int type, unsigned flags);
cudaError_t cudaMemPoolImportPointer(void** pointer, cudaMemPool_t pool, cudaMemPoolPtrExportData* data);
cudaError_t cudaEventCreate(cudaEvent_t* event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end);
}
