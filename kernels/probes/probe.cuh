// probe.cuh: what the probes have in common: errors end the program with words, times come from events, and the median of several counts.
#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace probe {

inline void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s (%s)\n", what, cudaGetErrorString(error), cudaGetErrorName(error));
  std::exit(1);
}

// Milliseconds of what `work` puts into the stream, by the card's own clock: the median of `repeats`, after one that doesn't count.
template <typename Work>
double median_ms(cudaStream_t stream, int repeats, Work work) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  std::vector<float> times;
  for (int i = 0; i <= repeats; ++i) {
    check(cudaEventRecord(begin, stream), "cudaEventRecord");
    work();
    check(cudaEventRecord(end, stream), "cudaEventRecord");
    check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float ms = 0.0f;
    check(cudaEventElapsedTime(&ms, begin, end), "cudaEventElapsedTime");
    if (i > 0) times.push_back(ms);
  }
  check(cudaEventDestroy(begin), "cudaEventDestroy");
  check(cudaEventDestroy(end), "cudaEventDestroy");
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

// The first argument as a number, or what it is by default.
inline long long argument(int argc, char** argv, int index, long long usual, long long least) {
  if (argc <= index) return usual;
  char* end = nullptr;
  const long long value = std::strtoll(argv[index], &end, 10);
  if (end == argv[index] || *end || value < least) {
    std::fprintf(stderr, "usage: %s [COUNT]; %s is no whole number from %lld on\n", argv[0], argv[index], least);
    std::exit(2);
  }
  return value;
}

inline cudaDeviceProp device() {
  int count = 0;
  check(cudaGetDeviceCount(&count), "no CUDA device");
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  return properties;
}

}  // namespace probe
