// Just under half of y is the host's own, and just under half goes up finished: by itself neither is half. What is left is the kernels'.
#include <cstdlib>
#include <cstring>
#include "ck/check.cuh"
#include "ck/math.cuh"
#define S ((cudaStream_t)s)
static const int SHARE = 49;
// Of x the first `given` numbers are results already; those before `from` are left to the host.
__global__ void saxpy(const float* x, float* y, long long given, long long from, long long n, float a) {
  const long long i = blockIdx.x * 256ll + threadIdx.x;
  if (i < n) y[i] = i < given ? x[i] : i < from ? y[i] : a * x[i] + y[i];
}
static int launch(const float* x, float* y, long long given, long long from, long long n, float a, cudaStream_t s) {
  saxpy<<<(unsigned)ck::ceil_div(n, 256ll), 256, 0, s>>>(x, y, given, from, n, a);
  CK_CHECK_LAUNCH();
  return 0;
}
static void on_the_host(const float* x, float* y, long long from, long long n, float a) {
  for (long long i = from; i < n; ++i) y[i] = a * x[i] + y[i];
}
static int halves(const float* x, float* y, float* hx, float* hy, long long n, float a, cudaStream_t s) {
  const long long share = n * SHARE / 100;
  for (long long i = 0; i < n; ++i) hx[i] = i < share ? a * x[i] + y[i] : x[i], hy[i] = y[i];
  float* d;
  CK_CHECK(cudaMalloc(&d, n * 8));
  CK_CHECK(cudaMemcpyAsync(d, hx, n * 4, cudaMemcpyHostToDevice, s));
  CK_CHECK(cudaMemcpyAsync(d + n, hy, n * 4, cudaMemcpyHostToDevice, s));
  CK_CHECK(launch(d, d + n, share, 0, n, a, s));
  CK_CHECK(cudaMemcpyAsync(hy, d + n, n * 4, cudaMemcpyDeviceToHost, s));
  CK_CHECK(cudaStreamSynchronize(s));
  memcpy(y, hy, (n - share) * 4);
  on_the_host(x, y, n - share, n, a);
  return cudaFree(d);
}
extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  if (!n) return 0;
  float* h = (float*)malloc(n * 8);
  const int error = halves(x, y, h, h + n, n, a, 0);
  free(h);
  return error;
}
extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* s) {
  if (!n) return 0;
  float* h;
  CK_CHECK(cudaMallocHost(&h, n * 8));
  const int error = halves(x, y, h, h + n, n, a, S);
  cudaFreeHost(h);
  return error;
}
struct Job {
  const float* x;
  float* y;
  long long n;
  float a;
};
static void run(void* p) {
  Job* const job = (Job*)p;
  on_the_host(job->x, job->y, 0, job->n, job->a);
  delete job;
}
extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* s) {
  if (!n) return 0;
  const long long share = n * SHARE / 100;
  CK_CHECK(launch(x, y, 0, share, n, a, S));
  return cudaLaunchHostFunc(S, run, new Job{x, y, share, a});
}
extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* s) {
  *sum = 0;
  if (!n) return 0;
  const long long share = n * SHARE / 100;
  CK_CHECK(launch(x, y, 0, share, n, a, S));
  CK_CHECK(cudaStreamSynchronize(S));
  on_the_host(x, y, 0, share, a);
  for (long long i = 0; i < n; ++i) *sum += y[i];
  return 0;
}
//@ shared/kinds.h
