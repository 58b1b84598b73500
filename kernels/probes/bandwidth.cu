// bandwidth [MIB]: how fast this card's memory is read and copied by a kernel, and how fast the host reaches it. Prints one line of JSON:
// gigabytes (10^9) a second; what moves both ways counts twice. Every result is checked: exit status 1 if a number is wrong.
//
// The copy is what a kernel that moves each byte once can reach: the yardstick for assignments 03 and 05. Arrays larger than the
// second-level cache measure memory, smaller ones the cache.
#include <cmath>

#include "ck/math.cuh"
#include "ck/reduce.cuh"
#include "ck/vector.cuh"
#include "probe.cuh"

namespace {

constexpr int THREADS = 256;
constexpr int REPEATS = 9;

__global__ void __launch_bounds__(THREADS) fill(float* x, long long n) {
  const long long stride = gridDim.x * (long long)THREADS;
  for (long long i = blockIdx.x * (long long)THREADS + threadIdx.x; i < n; i += stride) x[i] = float(i % 251);
}

// n is a multiple of four.
__global__ void __launch_bounds__(THREADS) copy(const float* from, float* to, long long n) {
  const long long stride = gridDim.x * (long long)THREADS;
  for (long long q = blockIdx.x * (long long)THREADS + threadIdx.x; q < n / 4; q += stride) ck::store4(to + 4 * q, ck::load4(from + 4 * q));
}

__global__ void __launch_bounds__(THREADS) read(const float* x, double* sums, long long n) {
  const long long stride = gridDim.x * (long long)THREADS;
  double sum = 0.0;
  for (long long q = blockIdx.x * (long long)THREADS + threadIdx.x; q < n / 4; q += stride) {
    const float4 four = ck::load4(x + 4 * q);
    sum += double(four.x + four.y) + double(four.z + four.w);  // below 1004: exact
  }
  sum = ck::block_reduce<THREADS>(sum, 0.0, ck::Sum());
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

double gb_s(double bytes, double ms) { return ms > 0 ? bytes / ms * 1e-6 : 0.0; }

}  // namespace

int main(int argc, char** argv) {
  const cudaDeviceProp device = probe::device();
  const long long mib = probe::argument(argc, argv, 1, 256, 1), n = mib << 18;  // floats
  const double bytes = 4.0 * n;
  const int blocks = 8 * device.multiProcessorCount;
  float *x = nullptr, *y = nullptr, *pinned = nullptr;
  double* sums = nullptr;
  cudaStream_t stream;
  probe::check(cudaStreamCreate(&stream), "cudaStreamCreate");
  probe::check(cudaMalloc(&x, 4 * n), "cudaMalloc");
  probe::check(cudaMalloc(&y, 4 * n), "cudaMalloc");
  probe::check(cudaMalloc(&sums, blocks * sizeof(double)), "cudaMalloc");
  probe::check(cudaMallocHost(&pinned, 4 * n), "cudaMallocHost");
  std::vector<float> pageable(n);

  fill<<<blocks, THREADS, 0, stream>>>(x, n);
  probe::check(cudaGetLastError(), "fill");
  const double copy_ms = probe::median_ms(stream, REPEATS, [&] { copy<<<blocks, THREADS, 0, stream>>>(x, y, n); });
  const double read_ms = probe::median_ms(stream, REPEATS, [&] { read<<<blocks, THREADS, 0, stream>>>(y, sums, n); });
  const auto moved = [&](void* to, const void* from, cudaMemcpyKind kind) {
    return probe::median_ms(stream, REPEATS, [&] { probe::check(cudaMemcpyAsync(to, from, 4 * n, kind, stream), "cudaMemcpyAsync"); });
  };
  const double d2h_ms = moved(pinned, y, cudaMemcpyDeviceToHost), h2d_ms = moved(x, pinned, cudaMemcpyHostToDevice);
  const double d2h_pageable_ms = moved(pageable.data(), y, cudaMemcpyDeviceToHost);
  const double h2d_pageable_ms = moved(x, pageable.data(), cudaMemcpyHostToDevice);
  probe::check(cudaGetLastError(), "launches");

  std::vector<double> partial(blocks);
  probe::check(cudaMemcpyAsync(partial.data(), sums, blocks * sizeof(double), cudaMemcpyDeviceToHost, stream), "cudaMemcpyAsync");
  probe::check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  double sum = 0.0, wanted = 0.0;
  for (double each : partial) sum += each;
  bool right = true;
  for (long long i = 0; i < n; ++i) {
    wanted += double(i % 251);
    right &= pinned[i] == float(i % 251) && pageable[i] == float(i % 251);
  }
  right &= sum == wanted;
  std::printf(
      "{\"probe\": \"bandwidth\", \"device\": \"%s\", \"mib\": %lld, \"right\": %s, \"copy_gb_s\": %.1f, \"read_gb_s\": %.1f, "
      "\"pinned_to_device_gb_s\": %.1f, \"pinned_to_host_gb_s\": %.1f, \"pageable_to_device_gb_s\": %.1f, \"pageable_to_host_gb_s\": "
      "%.1f}\n",
      device.name, mib, right ? "true" : "false", gb_s(2 * bytes, copy_ms), gb_s(bytes, read_ms), gb_s(bytes, h2d_ms), gb_s(bytes, d2h_ms),
      gb_s(bytes, h2d_pageable_ms), gb_s(bytes, d2h_pageable_ms));
  cudaFreeHost(pinned);
  cudaFree(sums);
  cudaFree(y);
  cudaFree(x);
  cudaStreamDestroy(stream);
  return right ? 0 : 1;
}
