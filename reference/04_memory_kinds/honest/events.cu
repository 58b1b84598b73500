// A helper stream: x is locked and copied on a stream of the launcher's own while y goes on the caller's; events put the two in order. Four
// numbers a thread.
#include "ck/check.cuh"
#include "ck/math.cuh"

__global__ void four_each(float* y, const float* x, float a, long long n) {
  const long long first = 4 * (blockIdx.x * (long long)blockDim.x + threadIdx.x);
  if (first + 4 <= n) {
    const float4 u = *reinterpret_cast<const float4*>(x + first);
    float4 v = *reinterpret_cast<float4*>(y + first);
    v.x += a * u.x;
    v.y += a * u.y;
    v.z += a * u.z;
    v.w += a * u.w;
    *reinterpret_cast<float4*>(y + first) = v;
  } else {
    for (long long i = first; i < n; ++i) y[i] += a * x[i];
  }
}

static int go(const float* x, float* y, long long n, float a, cudaStream_t stream) {
  if (!n) return 0;
  four_each<<<(unsigned)ck::ceil_div(n, 4 * 64LL), 64, 0, stream>>>(y, x, a, n);
  CK_CHECK_LAUNCH();
  return 0;
}

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  if (!n) return 0;
  float *dx, *dy;
  CK_CHECK(cudaMalloc(&dy, n * 4));
  if (const cudaError_t error = cudaMalloc(&dx, n * 4)) {
    cudaFree(dy);
    return error;
  }
  int error = cudaMemcpy(dy, y, n * 4, cudaMemcpyHostToDevice);
  if (!error) error = cudaMemcpy(dx, x, n * 4, cudaMemcpyHostToDevice);
  if (!error) error = go(dx, dy, n, a, cudaStreamLegacy);
  if (!error) error = cudaMemcpy(y, dy, n * 4, cudaMemcpyDeviceToHost);
  cudaFree(dx);
  cudaFree(dy);
  return error;
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  if (!n) return 0;
  const auto main = (cudaStream_t)stream;
  cudaStream_t side;
  cudaEvent_t x_is_there;
  float *dx, *dy;
  CK_CHECK(cudaHostRegister((void*)x, n * 4, cudaHostRegisterDefault));
  CK_CHECK(cudaHostRegister(y, n * 4, cudaHostRegisterDefault));
  CK_CHECK(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking));
  CK_CHECK(cudaEventCreateWithFlags(&x_is_there, cudaEventDisableTiming));
  CK_CHECK(cudaMallocAsync(&dx, n * 4, side));
  CK_CHECK(cudaMallocAsync(&dy, n * 4, main));
  CK_CHECK(cudaMemcpyAsync(dx, x, n * 4, cudaMemcpyHostToDevice, side));
  CK_CHECK(cudaEventRecord(x_is_there, side));
  CK_CHECK(cudaMemcpyAsync(dy, y, n * 4, cudaMemcpyHostToDevice, main));
  CK_CHECK(cudaStreamWaitEvent(main, x_is_there, 0));
  if (const int error = go(dx, dy, n, a, main)) return error;
  CK_CHECK(cudaMemcpyAsync(y, dy, n * 4, cudaMemcpyDeviceToHost, main));
  CK_CHECK(cudaFreeAsync(dx, main));
  CK_CHECK(cudaFreeAsync(dy, main));
  CK_CHECK(cudaStreamSynchronize(main));
  CK_CHECK(cudaEventDestroy(x_is_there));
  CK_CHECK(cudaStreamDestroy(side));
  CK_CHECK(cudaHostUnregister(y));
  CK_CHECK(cudaHostUnregister((void*)x));
  return 0;
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  cudaPointerAttributes of_x, of_y;
  if (!n) return 0;
  CK_CHECK(cudaPointerGetAttributes(&of_x, x));
  CK_CHECK(cudaPointerGetAttributes(&of_y, y));
  return go((const float*)of_x.devicePointer, (float*)of_y.devicePointer, n, a, (cudaStream_t)stream);
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  cudaEvent_t done;
  CK_CHECK(cudaEventCreate(&done));
  if (const int error = go(x, y, n, a, (cudaStream_t)stream)) return error;
  CK_CHECK(cudaEventRecord(done, (cudaStream_t)stream));
  CK_CHECK(cudaEventSynchronize(done));
  CK_CHECK(cudaEventDestroy(done));
  double all = 0;
  const float* end = y + n;
  while (y != end) all += *y++;
  return *sum = all, 0;
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  return go(x, y, n, a, (cudaStream_t)stream);
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  cudaPointerAttributes a;
  CK_CHECK(cudaPointerGetAttributes(&a, p));
  if (a.type == cudaMemoryTypeUnregistered) *kind = CK_PAGEABLE;
  if (a.type == cudaMemoryTypeHost) *kind = CK_PINNED;
  if (a.type == cudaMemoryTypeDevice) *kind = CK_DEVICE;
  if (a.type == cudaMemoryTypeManaged) *kind = CK_MANAGED;
  return 0;
}
