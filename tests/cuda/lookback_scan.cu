// A prefix sum in one pass: blocks draw tickets, publish what their tile adds up to, and look back over the tiles before theirs until they
// find one whose whole prefix is known (Merrill and Garland, "Single-pass parallel prefix scan with decoupled look-back").
#include "check.cuh"

constexpr int kThreads = 128, kItems = 4, kTile = kThreads * kItems;
constexpr unsigned kNothing = 0, kSum = 1, kPrefix = 2;

// State and value of a tile in one word, so that both are seen at once.
__device__ unsigned long long pack(unsigned state, unsigned value) { return (unsigned long long)state << 32 | value; }

__global__ void scan(const unsigned* in, unsigned* out, int n, unsigned* ticket, volatile unsigned long long* tiles) {
  __shared__ unsigned tile_of_block, before_tile, sums[kThreads];
  const unsigned t = threadIdx.x;
  if (t == 0) tile_of_block = atomicAdd(ticket, 1);
  __syncthreads();
  const unsigned tile = tile_of_block;
  unsigned items[kItems], sum = 0;
  for (int k = 0; k < kItems; k++) {
    const unsigned i = tile * kTile + t * kItems + k;
    sum += i < n ? in[i] : 0;
    items[k] = sum;
  }
  sums[t] = sum;
  __syncthreads();
  for (unsigned d = 1; d < kThreads; d *= 2) {
    const unsigned left = t >= d ? sums[t - d] : 0;
    __syncthreads();
    sums[t] += left;
    __syncthreads();
  }
  if (t == 0) {
    const unsigned total = sums[kThreads - 1];
    unsigned before = 0;
    if (tile > 0) {
      tiles[tile] = pack(kSum, total);
      for (int back = tile - 1; back >= 0;) {
        const unsigned long long seen = tiles[back];
        const unsigned state = seen >> 32;
        if (state == kNothing) continue;
        before += unsigned(seen);
        if (state == kPrefix) break;
        back--;
      }
    }
    tiles[tile] = pack(kPrefix, before + total);
    before_tile = before;
  }
  __syncthreads();
  const unsigned before = before_tile + (t ? sums[t - 1] : 0);
  for (int k = 0; k < kItems; k++) {
    const unsigned i = tile * kTile + t * kItems + k;
    if (i < n) out[i] = before + items[k];
  }
}

int main() {
  for (int n : {1, kTile, 100 * kTile + 77, 700 * kTile}) {
    const int blocks = (n + kTile - 1) / kTile;
    unsigned *in, *out, *ticket, *host = new unsigned[n];
    unsigned long long* tiles;
    for (int i = 0; i < n; i++) host[i] = (i * 2654435761u) >> 24;
    CHECK(cudaMalloc(&in, n * sizeof(unsigned)));
    CHECK(cudaMalloc(&out, n * sizeof(unsigned)));
    CHECK(cudaMalloc(&ticket, sizeof(unsigned)));
    CHECK(cudaMalloc(&tiles, blocks * sizeof(unsigned long long)));
    CHECK(cudaMemset(ticket, 0, sizeof(unsigned)));
    CHECK(cudaMemset(tiles, 0, blocks * sizeof(unsigned long long)));
    CHECK(cudaMemcpy(in, host, n * sizeof(unsigned), cudaMemcpyHostToDevice));
    scan<<<blocks, kThreads>>>(in, out, n, ticket, tiles);
    CHECK(cudaMemcpy(host, out, n * sizeof(unsigned), cudaMemcpyDeviceToHost));
    unsigned sum = 0;
    for (int i = 0; i < n; i++) EXPECT(host[i] == (sum += (i * 2654435761u) >> 24));
    CHECK(cudaFree(in));
    CHECK(cudaFree(out));
    CHECK(cudaFree(ticket));
    CHECK(cudaFree(tiles));
    delete[] host;
  }
  return pass();
}
