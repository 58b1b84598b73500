// conv2d.cu as plain C++ for one thread: the image with a border of zeros, so that the inner loops have no branch. Prints seconds.
#include "bench.h"

constexpr int kRadius = 2, kTaps = 2 * kRadius + 1;

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024), wide = n + 2 * kRadius;
  std::vector<float> in(n * n), out(n * n), filter(kTaps * kTaps);
  for (int i = 0; i < n * n; ++i) in[i] = float(i % 13 - 6);
  for (int i = 0; i < kTaps * kTaps; ++i) filter[i] = float(i % 5 - 2);
  timed([&] {
    std::vector<float> padded(wide * wide);
    for (int row = 0; row < n; ++row)
      for (int column = 0; column < n; ++column) padded[(row + kRadius) * wide + column + kRadius] = in[row * n + column];
    for (int row = 0; row < n; ++row)
      for (int y = 0; y < kTaps; ++y)
        for (int x = 0; x < kTaps; ++x) {
          const float weight = filter[y * kTaps + x];
          const float *from = &padded[(row + y) * wide + x];
          for (int column = 0; column < n; ++column) out[row * n + column] += weight * from[column];
        }
  });
  float want = 0;  // of the first element: the filter's lower right part over the image's upper left
  for (int y = 0; y <= kRadius && y < n; ++y)
    for (int x = 0; x <= kRadius && x < n; ++x) want += filter[(y + kRadius) * kTaps + x + kRadius] * in[y * n + x];
  return out[0] == want ? 0 : 1;
}
