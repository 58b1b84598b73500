// Calls the ck_gemm that is compiled with it, at awkward sizes: against sums in double precision, with pointers at odd multiples of four
// bytes, padding of C that must stay as it is, and C full of NaN where it must not be read. Each matrix ends an allocation with its last
// element, so that memcheck sees any access beyond. Prints a line for each call that is wrong; exit status 1 if any is.
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "ck/gemm.h"

namespace {

struct Shape {
  int M, N, K;
  int spare_a, spare_b, spare_c;  // leading dimension - width
  int offset;                     // of every pointer, in floats: 0 is what cudaMalloc gives
  float alpha, beta;
};

constexpr Shape SHAPES[] = {
    {1, 1, 1, 0, 0, 0, 0, 1, 0},       {1, 1, 1, 3, 5, 7, 1, 2, 1},           {2, 3, 0, 0, 0, 0, 0, 1, 0.5f},
    {5, 4, 0, 4, 4, 4, 3, 1, 0},       {33, 65, 17, 0, 0, 0, 0, 1, 0},        {33, 65, 17, 3, 7, 11, 2, 1, 1},
    {129, 127, 130, 0, 0, 0, 0, 1, 0}, {129, 127, 130, 2, 1, 1, 0, 1, -0.5f}, {129, 127, 130, 6, 5, 9, 1, 1, 0},
    {64, 64, 64, 0, 0, 0, 1, 1, 0},    {64, 64, 64, 4, 4, 4, 0, 1, 0},        {64, 128, 16, 1, 2, 3, 0, 1, 0},
    {70, 30, 22, 2, 2, 2, 0, 1.5f, 2}, {1, 257, 31, 0, 0, 0, 0, 1, 0},        {257, 1, 31, 0, 0, 0, 0, 1, 0},
    {3, 2, 1000, 0, 2, 2, 0, 1, 0},    {16, 7, 9, 1000, 2000, 3000, 3, 1, 1}, {0, 5, 3, 0, 0, 0, 0, 1, 0},
    {5, 0, 3, 0, 1, 1, 0, 1, 0},
};

constexpr int BEFORE = 64;  // floats in front of each matrix, which must stay as they are

unsigned state = 12345;

float number() {  // in [-1, 1)
  state = state * 1664525u + 1013904223u;
  return float(int(state >> 8)) / float(1 << 23) - 1.0f;
}

struct Matrix {
  int ld;
  size_t begin;
  std::vector<float> host;
  float* device = nullptr;

  Matrix(int rows, int columns, int spare, int offset)
      : ld((columns > 0 ? columns : 1) + spare), begin(BEFORE + offset), host(begin + (rows > 0 ? size_t(rows - 1) * ld + columns : 0)) {
    for (float& value : host) value = number();
  }
  float& at(int row, int column) { return host[begin + size_t(row) * ld + column]; }
  bool up() {
    return cudaMalloc(&device, host.size() * sizeof(float)) == cudaSuccess &&
           cudaMemcpy(device, host.data(), host.size() * sizeof(float), cudaMemcpyHostToDevice) == cudaSuccess;
  }
};

int wrong_elements(const Shape& s) {
  Matrix a(s.M, s.K, s.spare_a, s.offset), b(s.K, s.N, s.spare_b, s.offset), c(s.M, s.N, s.spare_c, s.offset);
  if (s.beta == 0.0f) {
    for (int i = 0; i < s.M; ++i) {
      for (int j = 0; j < s.N; ++j) c.at(i, j) = std::numeric_limits<float>::quiet_NaN();
    }
  }
  if (!a.up() || !b.up() || !c.up()) return -1;
  const int code =
      ck_gemm(a.device + a.begin, b.device + b.begin, c.device + c.begin, s.M, s.N, s.K, a.ld, b.ld, c.ld, s.alpha, s.beta, nullptr);
  std::vector<float> got(c.host.size());
  if (code != 0 || cudaDeviceSynchronize() != cudaSuccess) return -1;
  if (cudaMemcpy(got.data(), c.device, got.size() * sizeof(float), cudaMemcpyDeviceToHost) != cudaSuccess) return -1;
  cudaFree(a.device);
  cudaFree(b.device);
  cudaFree(c.device);

  int wrong = 0;
  for (int i = 0; i < s.M; ++i) {
    for (int j = 0; j < s.N; ++j) {
      double sum = 0, magnitude = 0;
      for (int k = 0; k < s.K; ++k) {
        sum += double(a.at(i, k)) * b.at(k, j);
        magnitude += std::fabs(double(a.at(i, k)) * b.at(k, j));
      }
      double value = s.alpha * sum, size = std::fabs(s.alpha) * magnitude;
      if (s.beta != 0.0f) {
        value += double(s.beta) * c.at(i, j);
        size += std::fabs(double(s.beta) * c.at(i, j));
      }
      const float found = got[c.begin + size_t(i) * c.ld + j];
      wrong += !(std::fabs(found - value) <= 4 * std::ldexp(1.0, -24) * std::sqrt(s.K + 2.0) * size);
      c.at(i, j) = found;  // what is left to compare must be as it was
    }
  }
  for (size_t i = 0; i < got.size(); ++i) wrong += std::memcmp(&got[i], &c.host[i], sizeof(float)) != 0;
  return wrong;
}

}  // namespace

int main() {
  int failed = 0;
  for (const Shape& s : SHAPES) {
    const int wrong = wrong_elements(s);
    if (wrong == 0) continue;
    ++failed;
    std::printf("M %d N %d K %d, spare %d %d %d, offset %d, alpha %g, beta %g: ", s.M, s.N, s.K, s.spare_a, s.spare_b, s.spare_c, s.offset,
                s.alpha, s.beta);
    if (wrong < 0) std::printf("%s\n", cudaGetErrorString(cudaGetLastError()));
    else std::printf("%d elements are wrong\n", wrong);
  }
  return failed != 0;
}
