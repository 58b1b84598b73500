// Cooperative groups: tiles of every size, reductions, scans, coalesced and labelled groups, asynchronous copies into shared memory.
#include <cooperative_groups.h>
#include <cooperative_groups/memcpy_async.h>
#include <cooperative_groups/reduce.h>
#include <cooperative_groups/scan.h>

#include "check.cuh"

namespace cg = cooperative_groups;
constexpr int kThreads = 128;

template <int Size>
__device__ int in_tiles(cg::thread_block block, int x) {
  auto tile = cg::tiled_partition<Size>(block);
  const int sum = cg::reduce(tile, x, cg::plus<int>()), most = cg::reduce(tile, x, cg::greater<int>());
  const int before = cg::exclusive_scan(tile, x), upto = cg::inclusive_scan(tile, x, cg::plus<int>());
  return sum + 3 * most + 5 * before + 7 * upto + 11 * int(tile.meta_group_rank()) + 13 * int(tile.thread_rank()) +
         tile.shfl_xor(x, Size / 2) + tile.any(x == 5);
}

__global__ void tiles(const int* in, int* out) {
  cg::thread_block block = cg::this_thread_block();
  const int i = int(block.thread_rank()), x = in[i];
  int* o = out + 8 * i;
  o[0] = in_tiles<32>(block, x);
  o[1] = in_tiles<16>(block, x);
  o[2] = in_tiles<8>(block, x);
  o[3] = in_tiles<4>(block, x);
  o[4] = in_tiles<2>(block, x);
  auto warp = cg::tiled_partition<32>(block);
  if (x & 1) {
    auto odd = cg::coalesced_threads();
    o[5] = int(odd.size()) * 1000 + int(odd.thread_rank()) * 10 + (odd.shfl(x, 0) & 1);
  } else {
    auto even = cg::coalesced_threads();
    o[5] = cg::reduce(even, x, cg::plus<int>());
  }
  auto same = cg::labeled_partition(warp, x % 3);
  o[6] = cg::reduce(same, 1, cg::plus<int>());
  auto halves = cg::binary_partition(warp, x > 50);
  o[7] = int(halves.size());
}

__global__ void staged(const int* in, int* out, int n) {
  __shared__ alignas(16) int stage[2][kThreads];
  cg::thread_block block = cg::this_thread_block();
  int sum = 0;
  cg::memcpy_async(block, stage[0], in, sizeof stage[0]);
  for (int k = 0; k * kThreads < n; k++) {
    if ((k + 1) * kThreads < n) {
      cg::memcpy_async(block, stage[(k + 1) % 2], in + (k + 1) * kThreads, sizeof stage[0]);
      cg::wait_prior<1>(block);
    } else {
      cg::wait(block);
    }
    sum += stage[k % 2][(threadIdx.x + 37) % kThreads];
    block.sync();
  }
  out[threadIdx.x] = sum;
}

static int tile_value(const int* in, int i, int size) {
  const int first = i / size * size;
  int sum = 0, most = in[first], before = 0;
  bool five = false;
  for (int k = first; k < first + size; k++) {
    if (k == i) before = sum;
    sum += in[k];
    most = in[k] > most ? in[k] : most;
    five |= in[k] == 5;
  }
  return sum + 3 * most + 5 * before + 7 * (before + in[i]) + 11 * (i / size) + 13 * (i % size) + in[first + ((i % size) ^ (size / 2))] +
         five;
}

int main() {
  int *in, *out;
  CHECK(cudaMallocManaged(&in, 4 * kThreads * sizeof *in));
  CHECK(cudaMallocManaged(&out, 8 * kThreads * sizeof *out));
  for (int i = 0; i < 4 * kThreads; i++) in[i] = i * 37 % 101;
  tiles<<<1, kThreads>>>(in, out);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    const int* o = out + 8 * i;
    for (int k = 0, size = 32; k < 5; k++, size /= 2) EXPECT(o[k] == tile_value(in, i, size));
    int odd = 0, odd_before = 0, even_sum = 0, same = 0, half = 0;
    for (int k = i / 32 * 32; k < i / 32 * 32 + 32; k++) {
      odd += in[k] & 1;
      if (k < i) odd_before += in[k] & 1;
      if (!(in[k] & 1)) even_sum += in[k];
      same += in[k] % 3 == in[i] % 3;
      half += (in[k] > 50) == (in[i] > 50);
    }
    EXPECT(o[5] == (in[i] & 1 ? odd * 1000 + odd_before * 10 + 1 : even_sum));
    EXPECT(o[6] == same && o[7] == half);
  }
  staged<<<1, kThreads>>>(in, out, 4 * kThreads);
  CHECK(cudaDeviceSynchronize());
  for (int i = 0; i < kThreads; i++) {
    int sum = 0;
    for (int k = 0; k < 4; k++) sum += in[k * kThreads + (i + 37) % kThreads];
    EXPECT(out[i] == sum);
  }
  CHECK(cudaFree(in));
  CHECK(cudaFree(out));
  return pass();
}
