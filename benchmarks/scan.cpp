// scan.cu as plain C++ for one thread: a running sum. Prints seconds.
#include "bench.h"

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1 << 20);
  std::vector<int> in(n), out(n);
  for (int i = 0; i < n; ++i) in[i] = i % 11 - 4;
  timed([&] {
    for (int i = 0, sum = 0; i < n; ++i) out[i] = sum += in[i];
  });
  long long want = 0;
  for (int x : in) want += x;
  return out[n - 1] == int(want) ? 0 : 1;
}
