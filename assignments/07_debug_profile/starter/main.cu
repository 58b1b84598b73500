// main.cu: a program around the four launchers, so that tools have something to run. Not handed in.
//
//   grader nvcc -Iinclude -o programs main.cu histogram.cu prefix.cu mean_square.cu normalise.cu
//   ./programs histogram            prefix, mean_square and normalise likewise; a size may follow: ./programs mean_square 5000
//
// It fills the input, calls one launcher, waits, and compares with what the host computes one number after the other.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "ck/debug_profile.h"

#include <cuda_runtime.h>

namespace {

void must(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::printf("%s: %s\n", what, cudaGetErrorString(error));
  std::exit(2);
}

template <class T>
class OnDevice {  // an array there, freed at the end
 public:
  explicit OnDevice(size_t count) : count_(count) { must(cudaMalloc(&data_, bytes()), "cudaMalloc"); }
  explicit OnDevice(const std::vector<T>& values) : OnDevice(values.size()) {
    must(cudaMemcpy(data_, values.data(), bytes(), cudaMemcpyHostToDevice), "copy to the device");
  }
  OnDevice(const OnDevice&) = delete;
  ~OnDevice() { cudaFree(data_); }
  T* get() const { return data_; }
  std::vector<T> values() const {
    std::vector<T> result(count_);
    must(cudaMemcpy(result.data(), data_, bytes(), cudaMemcpyDeviceToHost), "copy to the host");
    return result;
  }

 private:
  size_t bytes() const { return count_ * sizeof(T); }
  size_t count_;
  T* data_ = nullptr;
};

void called(int code) {
  must(static_cast<cudaError_t>(code), "launcher");
  must(cudaDeviceSynchronize(), "kernel");
}

// How many of the results are wrong; the first one is printed.
template <class T>
int wrong(const std::vector<T>& got, const std::vector<double>& wanted) {
  int count = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::fabs(got[i] - wanted[i]) <= 1e-5 * std::fabs(wanted[i])) continue;
    if (count++ == 0) std::printf("first wrong result: [%zu] is %g, not %g\n", i, double(got[i]), wanted[i]);
  }
  std::printf("%d of %zu results are wrong\n", count, got.size());
  return count > 0;
}

int histogram(int n) {
  const int bins = 10;
  std::vector<float> x(n);
  std::vector<double> wanted(bins, 0.0);
  for (int i = 0; i < n; ++i) {
    const int bin = i * 7 % (bins + 1);  // bin 10 stands for the number high itself, which belongs to the last bin
    x[i] = bin < bins ? -5.0f + bin + 0.5f : 5.0f;
    wanted[bin < bins ? bin : bins - 1] += 1.0;
  }
  OnDevice<float> from(x);
  OnDevice<int> counts(bins);
  called(ck_histogram(from.get(), counts.get(), n, bins, -5.0f, 5.0f, nullptr));
  return wrong(counts.values(), wanted);
}

int prefix(int columns) {
  const int rows = 3;
  std::vector<int> x(rows * columns);
  std::vector<double> wanted(x.size());
  for (int r = 0; r < rows; ++r) {
    double sum = 0.0;
    for (int c = 0; c < columns; ++c) {
      const int at = r * columns + c;
      wanted[at] = sum += x[at] = (at * 5 + r) % 11 - 4;
    }
  }
  OnDevice<int> from(x), to(x.size());
  called(ck_prefix(from.get(), to.get(), rows, columns, nullptr));
  return wrong(to.values(), wanted);
}

int mean_square(int n) {
  std::vector<float> x(n);
  double sum = 0.0;
  for (int i = 0; i < n; ++i) {
    x[i] = (i * 37 % 101 - 50) / 16.0f;
    sum += double(x[i]) * x[i];
  }
  OnDevice<float> from(x), result(1), partial(64);
  called(ck_mean_square(from.get(), result.get(), partial.get(), n, nullptr));
  return wrong(result.values(), {n ? sum / n : 0.0});
}

int normalise(int columns) {
  const int rows = 4;
  std::vector<float> x(rows * columns);
  std::vector<double> wanted(x.size());
  for (int r = 0; r < rows; ++r) {
    float peak = 0.0f;
    for (int c = 0; c < columns; ++c) {
      const int at = r * columns + c;
      x[at] = (at * 13 % 29 - 14) / 4.0f;
      peak = std::fmax(peak, std::fabs(x[at]));
    }
    for (int c = 0; c < columns; ++c) wanted[r * columns + c] = peak > 0.0f ? x[r * columns + c] / peak : 0.0;
  }
  OnDevice<float> from(x), to(x.size());
  called(ck_normalise(from.get(), to.get(), rows, columns, nullptr));
  return wrong(to.values(), wanted);
}

struct Program {
  const char* name;
  int (*run)(int);
  int size;  // of its original input
};
constexpr Program kPrograms[] = {
    {"histogram", histogram, 1000}, {"prefix", prefix, 300}, {"mean_square", mean_square, 3000}, {"normalise", normalise, 100}};

}  // namespace

int main(int count, char** words) {
  for (const Program& program : kPrograms)
    if (count > 1 && std::strcmp(words[1], program.name) == 0) return program.run(count > 2 ? std::atoi(words[2]) : program.size);
  std::printf("usage: ./programs histogram|prefix|mean_square|normalise [size]\n");
  return 2;
}
