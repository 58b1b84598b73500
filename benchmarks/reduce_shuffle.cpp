// reduce_shuffle.cu as plain C++ for one thread: what is left of it without lanes, one running sum. Prints seconds.
#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 23);
  std::vector<float> in(n);
  for (int i = 0; i < n; ++i) in[i] = float(i % 13 - 6);
  float sum = 0, want = 0;
  timed([&] {
    for (int i = 0; i < n; ++i) sum += in[i];
  });
  for (int i = 0; i < n % 13; ++i) want += in[i];  // 13 numbers in a row add up to 0
  return sum == want ? 0 : 1;
}
