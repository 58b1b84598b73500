// ck/check.cuh: no CUDA error gets lost. For functions that return int: 0, or a cudaError_t, as launchers do.
#pragma once
#include <cuda_runtime.h>

namespace ck {

// What CK_CHECK takes: the cudaError_t of a runtime call, or the int of a function of yours. Not a truth: there, 1 is good.
constexpr cudaError_t error_of(cudaError_t error) { return error; }
constexpr cudaError_t error_of(int error) { return static_cast<cudaError_t>(error); }
template <typename T>
cudaError_t error_of(T) = delete;

}  // namespace ck

// Leaves the function with the error of a call, if it has one. A helper that uses CK_CHECK returns int as well, ends with `return 0;`, and
// is called in the same way: CK_CHECK(helper(...)).
#define CK_CHECK(call)                                   \
  do {                                                   \
    const cudaError_t ck_error_ = ::ck::error_of(call);  \
    if (ck_error_ != cudaSuccess) return int(ck_error_); \
  } while (0)

// Stands behind every kernel<<<...>>>(...): a launch returns nothing, so its error has to be asked for.
#define CK_CHECK_LAUNCH() CK_CHECK(cudaGetLastError())
