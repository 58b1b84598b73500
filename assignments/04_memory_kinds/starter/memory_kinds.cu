// memory_kinds.cu: your saxpys. The contract stands in ck/memory_kinds.h, the hand-out in README.md.
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// TODO: one kernel serves all five, whatever memory the pointers lead to; and a function that launches it.

}  // namespace

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  // TODO: allocate, copy, launch, copy back, free. CK_CHECK leaves with the error of a call: what has to be freed before?
  return cudaSuccess;
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  // TODO: the same with cudaMemcpyAsync on `stream`. What has to be true of x and y for that to be asynchronous?
  return cudaSuccess;
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  // TODO: no copy, no allocation, no waiting. Which pointers does the kernel get?
  return cudaSuccess;
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  // TODO: launch; then the host adds y up. What lies between the two?
  return cudaSuccess;
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  // TODO: launch on static_cast<cudaStream_t>(stream).
  return cudaSuccess;
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  // TODO: the runtime knows. Which call asks it?
  return cudaSuccess;
}
