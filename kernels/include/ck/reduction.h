// ck/reduction.h: the contract of assignment 08_reduction. It is -include'd in front of reduction.cu, so a launcher with another signature
// is nvcc's own error on the student's line.
//
// Three launchers boil n numbers down to one:
//
//   ck_reduce_sum      result <- x[0] + x[1] + ... + x[n-1], in single precision
//   ck_reduce_max      result <- the largest of them
//   ck_reduce_argmax   index  <- where the largest stands, counted from 0
//
//   x           device pointer, n numbers, as cudaMalloc gives it (aligned to 256 bytes); not written
//   result      device pointer, one number: written, never read
//   index       device pointer, one number: written, never read
//   n >= 0      numbers, not bytes; it can exceed 32 bits
//   workspace   device pointer, 64 KiB, aligned to 256 bytes: yours during the call. It may hold anything before, and keeps nothing after
//   stream      a cudaStream_t: every kernel is launched on it
//
// Rules
//   - n == 0: the sum is 0, the maximum is -infinity, the index is -1. x may then be null.
//   - Infinities are numbers like others. +0 and -0 are equal.
//   - NaN counts as larger than every number, +infinity included: the maximum is NaN if there is one, and the index is the first NaN's.
//     A sum with NaN in it, or with both infinities, is NaN, as addition has it.
//   - Several equal largest numbers: the smallest index wins.
//   - A launcher needs at most 2 kernel launches, however large n is.
//   - It copies nothing between host and device, waits for nothing, and allocates nothing: partial results have the workspace.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#define CK_REDUCTIONS_ARE_THE_TASK  // ck/reduce.cuh doesn't compile here

#ifdef __cplusplus
extern "C" {
#endif

int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream);
int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream);
int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream);

#ifdef __cplusplus
}
#endif
