// CUB: collectives of a warp and of a block, and algorithms of a device, beside what the host computes.
#include <cub/cub.cuh>

#include <algorithm>
#include <numeric>
#include <vector>

#include "check.cuh"

constexpr int kThreads = 128, kItems = 4;

struct ByThree {
  __host__ __device__ bool operator()(int x) const { return x % 3 == 0; }
};

__global__ void block_collectives(const int* in, int* out) {
  using Reduce = cub::BlockReduce<int, kThreads>;
  using Scan = cub::BlockScan<int, kThreads>;
  using Sort = cub::BlockRadixSort<int, kThreads, kItems>;
  using Load = cub::BlockLoad<int, kThreads, kItems, cub::BLOCK_LOAD_TRANSPOSE>;
  __shared__ union {
    typename Reduce::TempStorage reduce;
    typename Scan::TempStorage scan;
    typename Sort::TempStorage sort;
    typename Load::TempStorage load;
    typename cub::WarpReduce<int>::TempStorage warp[kThreads / 32];
  } shared;
  int items[kItems];
  Load(shared.load).Load(in, items);
  __syncthreads();
  const int sum = Reduce(shared.reduce).Sum(items);
  __syncthreads();
  int before[kItems];
  Scan(shared.scan).ExclusiveSum(items, before);
  __syncthreads();
  const int warp_most = cub::WarpReduce<int>(shared.warp[threadIdx.x / 32]).Reduce(items[0], cuda::maximum<>{});
  __syncthreads();
  for (int k = 0; k < kItems; k++) out[2 + kItems * kThreads + kItems * threadIdx.x + k] = before[k];
  Sort(shared.sort).Sort(items);
  for (int k = 0; k < kItems; k++) out[2 + kItems * threadIdx.x + k] = items[k];
  if (threadIdx.x == 0) {
    out[0] = sum;
    out[1] = warp_most;
  }
}

template <class F>
void with_storage(F f) {
  size_t bytes = 0;
  CHECK(f(nullptr, bytes));
  void* storage;
  CHECK(cudaMalloc(&storage, bytes ? bytes : 1));
  CHECK(f(storage, bytes));
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(storage));
}

int main() {
  constexpr int n = 10000;
  int *in, *out, *values, *count;
  CHECK(cudaMallocManaged(&in, n * sizeof *in));
  CHECK(cudaMallocManaged(&out, 2 * n * sizeof *out));
  CHECK(cudaMallocManaged(&values, n * sizeof *values));
  CHECK(cudaMallocManaged(&count, 2 * sizeof *count));
  std::vector<int> host(n);
  unsigned state = 1;
  for (int i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    host[i] = in[i] = int(state >> 12) % 1000;
    values[i] = i;
  }
  block_collectives<<<1, kThreads>>>(in, out);
  CHECK(cudaDeviceSynchronize());
  constexpr int part = kThreads * kItems;
  EXPECT(out[0] == std::accumulate(host.begin(), host.begin() + part, 0));
  int most = 0;
  for (int t = 0; t < 32; t++) most = std::max(most, host[kItems * t]);
  EXPECT(out[1] == most);
  std::vector<int> sorted(host.begin(), host.begin() + part);
  std::sort(sorted.begin(), sorted.end());
  for (int i = 0, before = 0; i < part; i++) {
    EXPECT(out[2 + i] == sorted[i] && out[2 + part + i] == before);
    before += host[i];
  }

  with_storage([&](void* s, size_t& bytes) { return cub::DeviceReduce::Sum(s, bytes, in, out, n); });
  EXPECT(out[0] == std::accumulate(host.begin(), host.end(), 0));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceReduce::Max(s, bytes, in, out, n); });
  EXPECT(out[0] == *std::max_element(host.begin(), host.end()));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceScan::InclusiveSum(s, bytes, in, out, n); });
  for (int i = 0, sum = 0; i < n; i++) EXPECT(out[i] == (sum += host[i]));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceSelect::If(s, bytes, in, out, count, n, ByThree{}); });
  std::vector<int> kept;
  for (int x : host)
    if (x % 3 == 0) kept.push_back(x);
  EXPECT(*count == int(kept.size()) && std::equal(kept.begin(), kept.end(), out));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceRadixSort::SortPairs(s, bytes, in, out, values, out + n, n); });
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return host[a] < host[b]; });
  for (int i = 0; i < n; i++) EXPECT(out[i] == host[order[i]] && out[n + i] == order[i]);
  CHECK(cudaMemset(out, 0, 100 * sizeof *out));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceHistogram::HistogramEven(s, bytes, in, out, 101, 0, 1000, n); });
  std::vector<int> bins(100);
  for (int x : host) bins[x / 10]++;
  EXPECT(std::equal(bins.begin(), bins.end(), out));
  with_storage([&](void* s, size_t& bytes) { return cub::DeviceRunLengthEncode::Encode(s, bytes, in, out, out + n, count, n); });
  EXPECT(*count > 9000);
  for (int i = 0, at = 0; i < *count; at += out[n + i], i++) EXPECT(out[i] == host[at]);
  CHECK(cudaFree(in));
  CHECK(cudaFree(out));
  CHECK(cudaFree(values));
  CHECK(cudaFree(count));
  return pass();
}
