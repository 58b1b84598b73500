// reduce_tree.cu as plain C++ for one thread: the same folds, block by block. Prints seconds.
#include "bench.h"

constexpr int kThreads = 256;

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 23), blocks = (n + 2 * kThreads - 1) / (2 * kThreads);
  std::vector<float> in(n), sums(blocks);
  for (int i = 0; i < n; ++i) in[i] = float(i % 13 - 6);
  timed([&] {
    for (int block = 0; block < blocks; ++block) {
      float part[kThreads];
      for (int t = 0; t < kThreads; ++t) {
        const int at = block * 2 * kThreads + t;
        part[t] = (at < n ? in[at] : 0.f) + (at + kThreads < n ? in[at + kThreads] : 0.f);
      }
      for (int step = kThreads / 2; step > 0; step /= 2)
        for (int t = 0; t < step; ++t) part[t] += part[t + step];
      sums[block] = part[0];
    }
  });
  double sum = 0, want = 0;
  for (float s : sums) sum += s;
  for (float x : in) want += x;
  return sum == want ? 0 : 1;
}
