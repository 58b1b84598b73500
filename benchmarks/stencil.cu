// Four steps of the heat equation on a 1024×1024 plate by default: each inner point becomes the mean of its four neighbours. Checks itself.
#include "bench.cuh"

constexpr int kWide = 32, kHigh = 8, kSteps = 4;

__global__ void stencil(int n, const float *from, float *to) {
  const int x = blockIdx.x * kWide + threadIdx.x, y = blockIdx.y * kHigh + threadIdx.y;
  if (x >= n || y >= n) return;
  const int at = y * n + x;
  const bool edge = x == 0 || y == 0 || x == n - 1 || y == n - 1;
  to[at] = edge ? from[at] : 0.25f * ((from[at - 1] + from[at + 1]) + (from[at - n] + from[at + n]));
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024);
  std::vector<float> plate(n * n);
  for (int i = 0; i < n * n; ++i) plate[i] = float(i % 13 - 6);  // small integers, divided by 4 four times: exact
  Buffer<float> a(plate), b(n * n);
  const dim3 grid((n + kWide - 1) / kWide, (n + kHigh - 1) / kHigh), block(kWide, kHigh);
  for (int step = 0; step < kSteps; ++step) {
    stencil<<<grid, block>>>(n, step % 2 ? b.data : a.data, step % 2 ? a.data : b.data);
    ok(cudaGetLastError());
  }
  for (int step = 0; step < kSteps; ++step) {
    std::vector<float> next = plate;
    for (int y = 1; y < n - 1; ++y)
      for (int x = 1; x < n - 1; ++x) {
        const float *p = &plate[y * n + x];
        next[y * n + x] = 0.25f * ((p[-1] + p[1]) + (p[-n] + p[n]));
      }
    plate = next;
  }
  return compare(a.get(), plate);
}
