// The handle: a stream, in host memory. Version and texts.
#include <new>

#include "standin.h"

using namespace cudnn_standin;

size_t cudnnGetVersion(void) { return CUDNN_VERSION; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
#define CASE(name) \
  case name: return #name
    CASE(CUDNN_STATUS_SUCCESS);
    CASE(CUDNN_STATUS_NOT_INITIALIZED);
    CASE(CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH);
    CASE(CUDNN_STATUS_LICENSE_ERROR);
    CASE(CUDNN_STATUS_BAD_PARAM);
    CASE(CUDNN_STATUS_BAD_PARAM_NULL_POINTER);
    CASE(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER);
    CASE(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT);
    CASE(CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH);
    CASE(CUDNN_STATUS_NOT_SUPPORTED);
    CASE(CUDNN_STATUS_NOT_SUPPORTED_SHAPE);
    CASE(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE);
    CASE(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT);
    CASE(CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH);
    CASE(CUDNN_STATUS_INTERNAL_ERROR);
    CASE(CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED);
    CASE(CUDNN_STATUS_EXECUTION_FAILED);
    CASE(CUDNN_STATUS_EXECUTION_FAILED_CUDART);
#undef CASE
  }
  return "CUDNN_UNKNOWN_STATUS";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  return call(Function::cudnnCreate, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_result);
    *handle = nullptr;
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices < 1) return {CUDNN_STATUS_NOT_INITIALIZED, Reason::no_device};
    *handle = new (std::nothrow) cudnnContext;
    return *handle ? Outcome{} : Outcome{CUDNN_STATUS_ALLOC_FAILED, Reason::no_memory};
  });
}

// NVIDIA's waits for the device; there is nothing here to wait for.
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return call(Function::cudnnDestroy, __builtin_return_address(0), [&]() -> Outcome {
    delete handle;
    return {};
  });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return call(Function::cudnnSetStream, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    handle->stream = stream;
    return {};
  });
}

cudnnStatus_t cudnnGetStream(cudnnHandle_t handle, cudaStream_t* stream) {
  return call(Function::cudnnGetStream, __builtin_return_address(0), [&]() -> Outcome {
    if (!handle) return bad(Reason::null_handle);
    if (!stream) return bad(Reason::null_result);
    *stream = handle->stream;
    return {};
  });
}
