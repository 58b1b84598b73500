// sgemm_naive.cu as plain C++ for one thread: the loop over elements around the one over k. Prints seconds.
#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 512);
  std::vector<float> a(n * n), b(n * n), c(n * n);
  for (int i = 0; i < n * n; ++i) a[i] = float(i % 13 - 6), b[i] = float(i % 7 - 3);
  timed([&] {
    for (int row = 0; row < n; ++row)
      for (int column = 0; column < n; ++column) {
        float sum = 0;
        for (int k = 0; k < n; ++k) sum += a[row * n + k] * b[k * n + column];
        c[row * n + column] = sum;
      }
  });
  float want = 0;
  for (int k = 0; k < n; ++k) want += a[(n - 1) * n + k] * b[k * n + n - 1];
  return c[n * n - 1] == want ? 0 : 1;
}
