// C in style: page-locked staging buffers from cudaMallocHost, memcpy on both sides, one exit where everything is given back.
#include <string.h>

static __global__ void axpy(long long n, float a, const float* x, float* y) {
  long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  y[i] += a * x[i];
}

static cudaError_t start(long long n, float a, const float* x, float* y, cudaStream_t s) {
  if (n <= 0) return cudaSuccess;
  long long grid = (n + 127) / 128;
  axpy<<<dim3((unsigned)grid), 128, 0, s>>>(n, a, x, y);
  return cudaGetLastError();
}

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  float *dx = 0, *dy = 0;
  size_t size = sizeof(float) * (size_t)n;
  cudaError_t e = cudaSuccess;
  if (!n) goto out;
  if ((e = cudaMalloc((void**)&dx, size))) goto out;
  if ((e = cudaMalloc((void**)&dy, size))) goto out;
  if ((e = cudaMemcpy(dx, x, size, cudaMemcpyHostToDevice))) goto out;
  if ((e = cudaMemcpy(dy, y, size, cudaMemcpyHostToDevice))) goto out;
  if ((e = start(n, a, dx, dy, 0))) goto out;
  e = cudaMemcpy(y, dy, size, cudaMemcpyDeviceToHost);
out:
  if (dx) cudaFree(dx);
  if (dy) cudaFree(dy);
  return e;
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  cudaStream_t s = (cudaStream_t)stream;
  float *hx = 0, *hy = 0, *dx = 0, *dy = 0;
  size_t size = sizeof(float) * (size_t)n;
  cudaError_t e = cudaSuccess;
  if (!n) goto out;
  if ((e = cudaMallocHost((void**)&hx, size))) goto out;
  if ((e = cudaMallocHost((void**)&hy, size))) goto out;
  if ((e = cudaMalloc((void**)&dx, size))) goto out;
  if ((e = cudaMalloc((void**)&dy, size))) goto out;
  memcpy(hx, x, size);
  memcpy(hy, y, size);
  if ((e = cudaMemcpyAsync(dx, hx, size, cudaMemcpyHostToDevice, s))) goto out;
  if ((e = cudaMemcpyAsync(dy, hy, size, cudaMemcpyHostToDevice, s))) goto out;
  if ((e = start(n, a, dx, dy, s))) goto out;
  if ((e = cudaMemcpyAsync(hy, dy, size, cudaMemcpyDeviceToHost, s))) goto out;
  if ((e = cudaStreamSynchronize(s))) goto out;
  memcpy(y, hy, size);
out:
  cudaFree(dx);
  cudaFree(dy);
  cudaFreeHost(hx);
  cudaFreeHost(hy);
  return e;
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  return start(n, a, x, y, (cudaStream_t)stream); /* one address space: the host's pointer is the kernel's as well */
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  cudaError_t e = start(n, a, x, y, (cudaStream_t)stream);
  if (!e) e = cudaDeviceSynchronize();
  if (e) return e;
  double s = 0.0;
  for (long long i = 0; i < n; i++) s += (double)y[i];
  *sum = s;
  return e;
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  return start(n, a, x, y, (cudaStream_t)stream);
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  static const int kinds[] = {CK_PAGEABLE, CK_PINNED, CK_DEVICE, CK_MANAGED};
  cudaPointerAttributes at;
  cudaError_t e = cudaPointerGetAttributes(&at, p);
  if (!e) *kind = kinds[at.type];
  return e;
}
