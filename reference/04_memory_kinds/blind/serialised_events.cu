// The host waits before the kernel, and again at the end.
#include <cuda_runtime.h>

#define TRY(expression)                         \
  do {                                          \
    cudaError_t status = (expression);          \
    if (status != cudaSuccess) return status;   \
  } while (false)

namespace {

constexpr unsigned kBlock = 128;

__global__ void fused(float* out, const float* in, const float scale, const long long count) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long k = threadIdx.x + (long long)blockIdx.x * blockDim.x; k < count; k += step) {
    out[k] = scale * in[k] + out[k];
  }
}

cudaError_t enqueue(float* out, const float* in, float scale, long long count, cudaStream_t queue) {
  if (count < 1) return cudaSuccess;
  const long long blocks = (count - 1) / kBlock + 1;
  fused<<<static_cast<unsigned>(blocks < 4096 ? blocks : 4096), kBlock, 0, queue>>>(out, in, scale, count);
  return cudaPeekAtLastError();
}

struct Vectors {  // both on the device
  float *in = nullptr, *out = nullptr;
  cudaError_t make(long long count) {
    const cudaError_t first = cudaMalloc(&in, sizeof(float) * count);
    return first != cudaSuccess ? first : cudaMalloc(&out, sizeof(float) * count);
  }
  ~Vectors() {
    cudaFree(in);
    cudaFree(out);
  }
};

struct Staged {  // a page-locked copy of what the caller has
  float* at = nullptr;
  cudaError_t make(const float* from, long long count) {
    const cudaError_t status = cudaMallocHost((void**)&at, sizeof(float) * count);
    if (status == cudaSuccess) {
      for (long long k = 0; k < count; ++k) at[k] = from[k];
    }
    return status;
  }
  ~Staged() { cudaFreeHost(at); }
};

}  // namespace

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  if (n == 0) return 0;
  Vectors d;
  TRY(d.make(n));
  TRY(cudaMemcpy(d.in, x, n * sizeof(float), cudaMemcpyHostToDevice));
  TRY(cudaMemcpy(d.out, y, n * sizeof(float), cudaMemcpyHostToDevice));
  TRY(enqueue(d.out, d.in, a, n, 0));
  TRY(cudaMemcpy(y, d.out, n * sizeof(float), cudaMemcpyDeviceToHost));
  return 0;
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  if (n == 0) return 0;
  auto queue = reinterpret_cast<cudaStream_t>(stream);
  const size_t size = n * sizeof(float);
  Vectors d;
  Staged in, out;
  TRY(d.make(n));
  TRY(in.make(x, n));
  TRY(out.make(y, n));
  TRY(cudaMemcpyAsync(d.in, in.at, size, cudaMemcpyHostToDevice, queue));
  TRY(cudaMemcpyAsync(d.out, out.at, size, cudaMemcpyHostToDevice, queue));
  TRY(cudaDeviceSynchronize());
  TRY(enqueue(d.out, d.in, a, n, queue));
  TRY(cudaMemcpyAsync(out.at, d.out, size, cudaMemcpyDeviceToHost, queue));
  TRY(cudaStreamSynchronize(queue));
  for (long long k = 0; k < n; ++k) y[k] = out.at[k];
  return 0;
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  return enqueue(y, x, a, n, reinterpret_cast<cudaStream_t>(stream));
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  auto queue = reinterpret_cast<cudaStream_t>(stream);
  TRY(enqueue(y, x, a, n, queue));
  TRY(cudaStreamSynchronize(queue));
  double result = 0.0;
  for (const float* p = y; p < y + n; ++p) result += *p;
  *sum = result;
  return 0;
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  return enqueue(y, x, a, n, reinterpret_cast<cudaStream_t>(stream));
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  cudaPointerAttributes found;
  TRY(cudaPointerGetAttributes(&found, p));
  *kind = found.type;  // 0 unregistered, 1 host, 2 device, 3 managed
  return 0;
}
