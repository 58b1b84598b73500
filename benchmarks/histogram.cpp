// histogram.cu as plain C++ for one thread. Prints seconds.
#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 22);
  std::vector<unsigned char> in(n);
  std::vector<unsigned> counts(256);
  for (int i = 0; i < n; ++i) in[i] = static_cast<unsigned char>(i * 2654435761u >> 24);
  timed([&] {
    for (int i = 0; i < n; ++i) ++counts[in[i]];
  });
  long long total = 0;
  for (unsigned count : counts) total += count;
  return total == n ? 0 : 1;
}
