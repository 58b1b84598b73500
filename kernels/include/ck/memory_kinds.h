// ck/memory_kinds.h: the contract of assignment 04_memory_kinds. It is -include'd in front of memory_kinds.cu, so a launcher with another
// signature is nvcc's own error on the student's line.
//
// Five launchers compute y <- a * x + y of n numbers, in single precision. They differ in where x and y lie:
//
//   ck_saxpy_pageable    in ordinary host memory. Copies with cudaMemcpy, on the default stream
//   ck_saxpy_pinned      in ordinary host memory too, but every copy is asynchronous, on `stream`: what is copied is page-locked first
//   ck_saxpy_zero_copy   in page-locked host memory (cudaHostAlloc). The kernel reaches it over the bus; nothing is copied
//   ck_saxpy_managed     in managed memory (cudaMallocManaged). The host adds y up afterwards: *sum <- y[0] + ... + y[n-1]
//   ck_saxpy_device      in device memory
//
// and one tells where a pointer leads:
//
//   ck_memory_kind       *kind <- CK_PAGEABLE, CK_PINNED, CK_DEVICE or CK_MANAGED
//
//   x        n numbers, only read (page-locking doesn't write: const_cast<float*>(x) is allowed for that)
//   y        n numbers, read and overwritten
//   n >= 0   numbers, not bytes; may exceed 32 bits. With n == 0 there is nothing to do, and the sum is 0; x and y may then be null
//   a        the factor
//   sum      one double in ordinary host memory: written, never read. In order of the indices, in double precision
//   p        a pointer to at least one byte of memory of any kind, be it in the middle of an allocation. What cudaHostRegister has locked
//            is CK_PINNED
//   kind     one int in ordinary host memory
//   stream   a cudaStream_t made with cudaStreamNonBlocking, handed over as void*: it isn't ordered with the default stream, only with what
//            you order it with. All work of the launcher goes there
//
// Rules
//   - ck_saxpy_pageable, ck_saxpy_pinned and ck_saxpy_managed return when y (and *sum) hold the result. The other two return at once: the
//     caller waits for the stream.
//   - x and y don't overlap. In device, managed and page-locked memory each begins where an allocation does, aligned to 256 bytes; in
//     ordinary memory they are aligned as floats are, to 4 bytes.
//   - ck_saxpy_pageable and ck_saxpy_pinned copy exactly 8 * n bytes to the device and 4 * n bytes back. The others copy nothing.
//   - What a launcher allocates it releases, and what it locks it unlocks, before it returns. It unlocks when the last copy has ended, for
//     which it waits explicitly: no call is there to wait by the way.
//   - It can be called again, with other values at the same addresses.
//
// Returns 0, or the cudaError_t of the first call or launch that failed.
#pragma once

#define CK_PAGEABLE 0
#define CK_PINNED 1
#define CK_DEVICE 2
#define CK_MANAGED 3

#ifdef __cplusplus
extern "C" {
#endif

int ck_saxpy_pageable(const float* x, float* y, long long n, float a);
int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream);
int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream);
int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream);
int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream);
int ck_memory_kind(const void* p, int* kind);

#ifdef __cplusplus
}
#endif
