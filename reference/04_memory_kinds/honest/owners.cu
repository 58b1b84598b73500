// Modern C++: smart pointers own every allocation, exceptions carry errors, a grid-stride kernel, an event to wait for.
#include <memory>
#include <numeric>

namespace {

struct Failure {
  cudaError_t error;
};
void must(cudaError_t error) {
  if (error) throw Failure{error};
}

template <auto release>
struct Release {
  void operator()(void* p) const { release(p); }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;
using DeviceFloats = Owned<float, &cudaFree>;
using LockedFloats = Owned<void, &cudaHostUnregister>;

DeviceFloats on_device(long long n) {
  void* p = nullptr;
  must(cudaMalloc(&p, n * sizeof(float)));
  return DeviceFloats(static_cast<float*>(p));
}

LockedFloats lock(const float* p, long long n) {
  void* at = const_cast<float*>(p);
  must(cudaHostRegister(at, n * sizeof(float), cudaHostRegisterPortable));
  return LockedFloats(at);
}

template <int kThreads>
__global__ void __launch_bounds__(kThreads) multiply_add(const float* __restrict__ x, float* __restrict__ y, long long n, float a) {
  for (long long i = blockIdx.x * (long long)kThreads + threadIdx.x; i < n; i += gridDim.x * (long long)kThreads) y[i] = fmaf(a, x[i], y[i]);
}

void run(const float* x, float* y, long long n, float a, void* stream) {
  constexpr int kThreads = 192;
  const long long blocks = std::min<long long>((n + kThreads - 1) / kThreads, 1 << 16);
  if (blocks == 0) return;
  multiply_add<kThreads><<<int(blocks), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(x, y, n, a);
  must(cudaGetLastError());
}

template <class Work>
int guarded(Work work) {
  try {
    work();
    return 0;
  } catch (const Failure& failure) {
    return failure.error;
  }
}

}  // namespace

extern "C" int ck_saxpy_pageable(const float* x, float* y, long long n, float a) {
  return guarded([=] {
    if (!n) return;
    const auto both = on_device(2 * n);
    float *const dx = both.get() + n, *const dy = both.get();
    must(cudaMemcpy(dx, x, n * sizeof *x, cudaMemcpyDefault));
    must(cudaMemcpy(dy, y, n * sizeof *y, cudaMemcpyDefault));
    run(dx, dy, n, a, nullptr);
    must(cudaDeviceSynchronize());
    must(cudaMemcpy(y, dy, n * sizeof *y, cudaMemcpyDefault));
  });
}

extern "C" int ck_saxpy_pinned(const float* x, float* y, long long n, float a, void* stream) {
  return guarded([=] {
    if (!n) return;
    const auto on = static_cast<cudaStream_t>(stream);
    const auto x_lock = lock(x, n), y_lock = lock(y, n);
    const auto dx = on_device(n), dy = on_device(n);
    must(cudaMemcpyAsync(dy.get(), y, n * sizeof *y, cudaMemcpyHostToDevice, on));
    must(cudaMemcpyAsync(dx.get(), x, n * sizeof *x, cudaMemcpyHostToDevice, on));
    run(dx.get(), dy.get(), n, a, on);
    must(cudaMemcpyAsync(y, dy.get(), n * sizeof *y, cudaMemcpyDeviceToHost, on));
    must(cudaStreamSynchronize(on));
  });
}

extern "C" int ck_saxpy_zero_copy(const float* x, float* y, long long n, float a, void* stream) {
  return guarded([=] {
    float* dy = y;
    if (n) must(cudaHostGetDevicePointer((void**)&dy, y, 0));
    run(x, dy, n, a, stream);
  });
}

extern "C" int ck_saxpy_managed(const float* x, float* y, long long n, float a, double* sum, void* stream) {
  return guarded([=] {
    run(x, y, n, a, stream);
    must(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)));
    *sum = std::accumulate(y, y + n, 0.0);
  });
}

extern "C" int ck_saxpy_device(const float* x, float* y, long long n, float a, void* stream) {
  return guarded([=] { run(x, y, n, a, stream); });
}

extern "C" int ck_memory_kind(const void* p, int* kind) {
  return guarded([=] {
    cudaPointerAttributes known{};
    must(cudaPointerGetAttributes(&known, p));
    *kind = known.type == cudaMemoryTypeManaged  ? CK_MANAGED
            : known.type == cudaMemoryTypeDevice ? CK_DEVICE
            : known.type == cudaMemoryTypeHost   ? CK_PINNED
                                                 : CK_PAGEABLE;
  });
}
