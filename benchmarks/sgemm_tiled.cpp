// sgemm_tiled.cu as plain C++ for one thread: blocks, then tiles, then the threads of a block as loops. Prints seconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

constexpr int kTile = 32;

static void sgemm_tiled(int n, const float *a, const float *b, float *c) {
  for (int by = 0; by < n; by += kTile)
    for (int bx = 0; bx < n; bx += kTile) {
      float tile_a[kTile][kTile], tile_b[kTile][kTile], sum[kTile][kTile] = {};
      for (int k = 0; k < n; k += kTile) {
        for (int y = 0; y < kTile; ++y)
          for (int x = 0; x < kTile; ++x) {
            tile_a[y][x] = a[(by + y) * n + k + x];
            tile_b[y][x] = b[(k + y) * n + bx + x];
          }
        for (int y = 0; y < kTile; ++y)
          for (int i = 0; i < kTile; ++i)
            for (int x = 0; x < kTile; ++x) sum[y][x] += tile_a[y][i] * tile_b[i][x];
      }
      for (int y = 0; y < kTile; ++y)
        for (int x = 0; x < kTile; ++x) c[(by + y) * n + bx + x] = sum[y][x];
    }
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 512;
  std::vector<float> a(n * n), b(n * n), c(n * n);
  for (int i = 0; i < n * n; ++i) a[i] = float(i % 13 - 6), b[i] = float(i % 7 - 3);
  const auto start = std::chrono::steady_clock::now();
  sgemm_tiled(n, a.data(), b.data(), c.data());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  float want = 0;
  for (int k = 0; k < n; ++k) want += a[k] * b[k * n];
  std::printf("%.6f\n", seconds);
  return c[0] == want ? 0 : 1;
}
