// softmax.cu as plain C++ for one thread. Prints seconds.
#include <algorithm>
#include <cmath>

#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024);
  std::vector<float> in(size_t(n) * n), out(in.size());
  for (size_t i = 0; i < in.size(); ++i) in[i] = float(i * 7 % 23) / 4;
  timed([&] {
    for (int r = 0; r < n; ++r) {
      const float *row = &in[size_t(r) * n];
      const float largest = *std::max_element(row, row + n);
      float sum = 0;
      for (int i = 0; i < n; ++i) sum += out[size_t(r) * n + i] = std::exp(row[i] - largest);
      for (int i = 0; i < n; ++i) out[size_t(r) * n + i] /= sum;
    }
  });
  float total = 0;
  for (int i = 0; i < n; ++i) total += out[i];
  return std::fabs(total - 1) < 1e-3f ? 0 : 1;
}
