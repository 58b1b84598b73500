// BEGIN SOLUTION memory_kinds.cu: your saxpys. The contract stands in ck/memory_kinds.h, the hand-out in README.md.
// Rung 3, the reference: the device memory of ck_saxpy_pinned comes from the stream's own pool, and the host waits once, at the end.
//
// Changes against rung 2: cudaMallocAsync and cudaFreeAsync stand in the stream like any other work, where cudaMalloc and cudaFree make the
// host wait for the whole device.
// Measured (65,536 numbers, virtual time): 31.5 µs as in rung 2; calls in which the host waits until nothing is left to do: 3 instead of 4, two of them
// to unlock. 100 of 100 points.
// END SOLUTION
#include "ck/check.cuh"
#include "ck/math.cuh"

namespace {

// BEGIN SOLUTION TODO: one kernel serves all five, whatever memory the pointers lead to; and a function that launches it.
constexpr int THREADS = 256;

__global__ void saxpy(const float* x, float* y, long long n, float a) {
  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}

// x and y are whatever a kernel can reach.
int launch(const float* x, float* y, long long n, float a, cudaStream_t stream) {
  if (n == 0) return cudaSuccess;  // a grid of no blocks can't be launched
  saxpy<<<(unsigned)ck::ceil_div(n, (long long)THREADS), THREADS, 0, stream>>>(x, y, n, a);
  CK_CHECK_LAUNCH();
  return cudaSuccess;
}

int copy_and_run(const float* x, float* y, float* d_x, float* d_y, long long n, float a) {
  const size_t bytes = n * sizeof(float);
  CK_CHECK(cudaMemcpy(d_x, x, bytes, cudaMemcpyHostToDevice));
  CK_CHECK(cudaMemcpy(d_y, y, bytes, cudaMemcpyHostToDevice));
  if (const int error = launch(d_x, d_y, n, a, nullptr)) return error;
  CK_CHECK(cudaMemcpy(y, d_y, bytes, cudaMemcpyDeviceToHost));  // behind the kernel on the default stream, and waits
  return cudaSuccess;
}

int pageable(const float* x, float* y, long long n, float a) {
  float* d_x = nullptr;
  CK_CHECK(cudaMalloc(&d_x, n * sizeof(float)));
  float* d_y = nullptr;
  int error = cudaMalloc(&d_y, n * sizeof(float));
  if (!error) error = copy_and_run(x, y, d_x, d_y, n, a);
  cudaFree(d_y);  // freeing null is allowed
  cudaFree(d_x);
  return error;
}

// Page-locks the program's own memory for as long as this lives.
struct Locked {
  Locked(const void* memory, size_t bytes) : at(const_cast<void*>(memory)) { error = cudaHostRegister(at, bytes, cudaHostRegisterDefault); }
  ~Locked() {
    if (!error) cudaHostUnregister(at);
  }
  void* at;
  int error;
};

int copy_and_run_async(const float* x, float* y, float* d, long long n, float a, cudaStream_t stream) {
  const size_t bytes = n * sizeof(float);
  CK_CHECK(cudaMemcpyAsync(d, x, bytes, cudaMemcpyHostToDevice, stream));
  CK_CHECK(cudaMemcpyAsync(d + n, y, bytes, cudaMemcpyHostToDevice, stream));
  if (const int error = launch(d, d + n, n, a, stream)) return error;
  CK_CHECK(cudaMemcpyAsync(y, d + n, bytes, cudaMemcpyDeviceToHost, stream));
  return cudaSuccess;
}

int pinned(const float* x, float* y, long long n, float a, cudaStream_t stream) {
  const Locked x_locked(x, n * sizeof(float)), y_locked(y, n * sizeof(float));
  CK_CHECK((cudaError_t)x_locked.error);
  CK_CHECK((cudaError_t)y_locked.error);
  float* d = nullptr;  // both vectors, one behind the other
  CK_CHECK(cudaMallocAsync(&d, 2 * n * sizeof(float), stream));
  const int error = copy_and_run_async(x, y, d, n, a, stream);
  CK_CHECK(cudaFreeAsync(d, stream));
  CK_CHECK(cudaStreamSynchronize(stream));  // y is promised, and must not be unlocked earlier
  return error;
}
// END SOLUTION

}  // namespace

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  // BEGIN SOLUTION TODO: allocate, copy, launch, copy back, free. CK_CHECK leaves with the error of a call: what has to be freed before?
  if (n == 0) return cudaSuccess;
  if (const int error = pageable(x, y, n, a)) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  // BEGIN SOLUTION TODO: the same with cudaMemcpyAsync on `stream`. What has to be true of x and y for that to be asynchronous?
  if (n == 0) return cudaSuccess;
  if (const int error = pinned(x, y, n, a, static_cast<cudaStream_t>(stream))) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  // BEGIN SOLUTION TODO: no copy, no allocation, no waiting. Which pointers does the kernel get?
  if (n == 0) return cudaSuccess;
  void* x_of_kernel = nullptr;
  void* y_of_kernel = nullptr;
  CK_CHECK(cudaHostGetDevicePointer(&x_of_kernel, const_cast<float*>(x), 0));
  CK_CHECK(cudaHostGetDevicePointer(&y_of_kernel, y, 0));
  if (const int error = launch((const float*)x_of_kernel, (float*)y_of_kernel, n, a, static_cast<cudaStream_t>(stream))) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  // BEGIN SOLUTION TODO: launch; then the host adds y up. What lies between the two?
  if (const int error = launch(x, y, n, a, static_cast<cudaStream_t>(stream))) return error;
  CK_CHECK(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)));  // until then y is the kernel's
  *sum = 0;
  for (long long i = 0; i < n; ++i) *sum += y[i];
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  // BEGIN SOLUTION TODO: launch on static_cast<cudaStream_t>(stream).
  if (const int error = launch(x, y, n, a, static_cast<cudaStream_t>(stream))) return error;
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  // BEGIN SOLUTION TODO: the runtime knows. Which call asks it?
  cudaPointerAttributes attributes;
  CK_CHECK(cudaPointerGetAttributes(&attributes, p));
  switch (attributes.type) {
    case cudaMemoryTypeHost: *kind = CK_PINNED; break;
    case cudaMemoryTypeDevice: *kind = CK_DEVICE; break;
    case cudaMemoryTypeManaged: *kind = CK_MANAGED; break;
    default: *kind = CK_PAGEABLE;  // memory that the runtime has never heard of
  }
  // END SOLUTION
  return cudaSuccess;
}
