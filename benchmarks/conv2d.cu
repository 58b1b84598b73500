// A 5×5 filter over a 1024×1024 image by default, zeros outside: a tile with its halo in shared memory, the filter in constant memory.
// Checks itself.
#include "bench.cuh"

constexpr int kSide = 16, kRadius = 2, kWide = kSide + 2 * kRadius, kTaps = 2 * kRadius + 1;
__constant__ float filter[kTaps][kTaps];

__global__ void conv2d(int n, const float *in, float *out) {
  __shared__ float tile[kWide][kWide];
  const int left = blockIdx.x * kSide - kRadius, top = blockIdx.y * kSide - kRadius;
  for (int y = threadIdx.y; y < kWide; y += kSide)
    for (int x = threadIdx.x; x < kWide; x += kSide) {
      const int column = left + x, row = top + y;
      tile[y][x] = column >= 0 && column < n && row >= 0 && row < n ? in[row * n + column] : 0.f;
    }
  __syncthreads();
  const int column = blockIdx.x * kSide + threadIdx.x, row = blockIdx.y * kSide + threadIdx.y;
  if (column >= n || row >= n) return;
  float sum = 0;
  for (int y = 0; y < kTaps; ++y)
    for (int x = 0; x < kTaps; ++x) sum += filter[y][x] * tile[threadIdx.y + y][threadIdx.x + x];
  out[row * n + column] = sum;
}

int main(int argc, char **argv) {
  const int n = size_argument(argc, argv, 1024), side = (n + kSide - 1) / kSide;
  std::vector<float> in(n * n), weights(kTaps * kTaps), want(n * n);
  for (int i = 0; i < n * n; ++i) in[i] = float(i % 13 - 6);  // small integers: exact
  for (int i = 0; i < kTaps * kTaps; ++i) weights[i] = float(i % 5 - 2);
  for (int row = 0; row < n; ++row)
    for (int column = 0; column < n; ++column)
      for (int y = -kRadius; y <= kRadius; ++y)
        for (int x = -kRadius; x <= kRadius; ++x)
          if (row + y >= 0 && row + y < n && column + x >= 0 && column + x < n)
            want[row * n + column] += weights[(y + kRadius) * kTaps + x + kRadius] * in[(row + y) * n + column + x];
  Buffer<float> din(in), dout(n * n);
  ok(cudaMemcpyToSymbol(filter, weights.data(), sizeof filter));
  conv2d<<<dim3(side, side), dim3(kSide, kSide)>>>(n, din.data, dout.data);
  ok(cudaGetLastError());
  return compare(dout.get(), want);
}
