// ck/check.cuh: no CUDA error gets lost. For launchers that return 0 or a cudaError_t.
#pragma once
#include <cuda_runtime.h>

// Leaves the launcher with the error of a runtime call, if it has one.
#define CK_CHECK(call)                                   \
  do {                                                   \
    const cudaError_t ck_error_ = (call);                \
    if (ck_error_ != cudaSuccess) return int(ck_error_); \
  } while (0)

// Stands behind every kernel<<<...>>>(...): a launch returns nothing, so its error has to be asked for.
#define CK_CHECK_LAUNCH() CK_CHECK(cudaGetLastError())
