// stencil.cu as plain C++ for one thread. Prints seconds.
#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024);
  std::vector<float> a(n * n), b;
  for (int i = 0; i < n * n; ++i) a[i] = float(i % 13 - 6);
  b = a;  // the edges never change
  const float corner = a[0];
  timed([&] {
    for (int step = 0; step < 4; ++step) {
      for (int y = 1; y < n - 1; ++y)
        for (int x = 1; x < n - 1; ++x) {
          const float *p = &a[y * n + x];
          b[y * n + x] = 0.25f * ((p[-1] + p[1]) + (p[-n] + p[n]));
        }
      a.swap(b);
    }
  });
  return a[0] == corner ? 0 : 1;
}
