// What the plain C++ twins of the benchmarks share: the clock.
#pragma once
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

inline int size_argument(int argc, char **argv, int usual) { return argc > 1 ? std::atoi(argv[1]) : usual; }

// Runs the work once and prints its seconds.
template <class Work>
void timed(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  std::printf("%.9f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}
