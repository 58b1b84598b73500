// What the benchmarks' host code shares: buffers on the device, and the end of the program if anything goes wrong.
#pragma once
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

inline void ok(cudaError_t error) {
  if (error) std::printf("%s\n", cudaGetErrorString(error)), std::exit(2);
}

inline int size_argument(int argc, char **argv, int usual) { return argc > 1 ? std::atoi(argv[1]) : usual; }

// A piece of device memory; freed at the end of its scope.
template <class T>
struct Buffer {
  explicit Buffer(size_t n) : count(n) { ok(cudaMalloc(&data, n * sizeof(T))); }
  explicit Buffer(const std::vector<T> &from) : Buffer(from.size()) {
    ok(cudaMemcpy(data, from.data(), count * sizeof(T), cudaMemcpyHostToDevice));
  }
  ~Buffer() { cudaFree(data); }
  Buffer(const Buffer &) = delete;
  std::vector<T> get() const {
    std::vector<T> to(count);
    ok(cudaMemcpy(to.data(), data, count * sizeof(T), cudaMemcpyDeviceToHost));
    return to;
  }
  T *data = nullptr;
  size_t count;
};

// The first element that differs by more than `tolerance`, relative to the wanted one, ends the program.
template <class T>
int compare(const std::vector<T> &got, const std::vector<T> &want, double tolerance = 0) {
  for (size_t i = 0; i < want.size(); ++i) {
    const double wanted = double(want[i]), difference = double(got[i]) - wanted, size = wanted < 0 ? -wanted : wanted;
    if (!(difference <= tolerance * size && -difference <= tolerance * size))
      return std::printf("wrong at %zu: %g, not %g\n", i, double(got[i]), double(want[i])), 1;
  }
  return 0;
}
