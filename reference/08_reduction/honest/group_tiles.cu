// Correct in another style: cooperative groups. Each tile of 32 reduces with cg::reduce (or shuffles of its own for the pair), tiles of a
// block meet in shared memory, blocks in the workspace; a second kernel of one tile finishes.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

namespace cg = cooperative_groups;
using Tile = cg::thread_block_tile<32>;

struct Plus {
  __device__ float operator()(float a, float b) const { return a + b; }
};
struct Larger {  // NaN is larger than all
  __device__ float operator()(float a, float b) const { return (a >= b || a != a) ? a : b; }
};

constexpr int TILES = 4;
constexpr int GRID = 320;

template <class F>
__global__ void first(const float* x, long long n, float zero, float* out) {
  __shared__ float s[TILES];
  auto block = cg::this_thread_block();
  Tile tile = cg::tiled_partition<32>(block);
  float a = zero, b = zero;  // two chains, so that one addition needn't wait for the other
  const long long step = 2LL * gridDim.x * blockDim.x;
  for (long long i = 2LL * (blockIdx.x * blockDim.x + threadIdx.x); i < n; i += step) {
    a = F()(a, x[i]);
    if (i + 1 < n) b = F()(b, x[i + 1]);
  }
  a = cg::reduce(tile, F()(a, b), F());
  if (tile.thread_rank() == 0) s[tile.meta_group_rank()] = a;
  block.sync();
  if (block.thread_rank() == 0) {
    for (int k = 1; k < TILES; ++k) a = F()(a, s[k]);
    out[blockIdx.x] = a;
  }
}

template <class F>
__global__ void second(const float* in, int n, float zero, float* out) {
  Tile tile = cg::tiled_partition<32>(cg::this_thread_block());
  float a = zero;
  for (int i = tile.thread_rank(); i < n; i += 32) a = F()(a, in[i]);
  a = cg::reduce(tile, a, F());
  if (tile.thread_rank() == 0) *out = a;
}

// argmax: NaN as +infinity's successor, by two keys
struct Where {
  bool nan;
  float x;
  long long i;
};

__device__ bool beats(const Where& a, const Where& b) {
  if (a.nan != b.nan) return a.nan;
  if (!a.nan && a.x != b.x) return a.x > b.x;
  return b.i < 0 || (a.i >= 0 && a.i < b.i);
}

__device__ Where over_tile(const Tile& tile, Where w) {
  for (int d = 1; d < 32; d <<= 1) {
    Where o{tile.shfl_xor(int(w.nan), d) != 0, tile.shfl_xor(w.x, d), tile.shfl_xor(w.i, d)};
    if (beats(o, w)) w = o;
  }
  return w;
}

__global__ void first_where(const float* x, long long n, float* vs, long long* is) {
  Tile tile = cg::tiled_partition<32>(cg::this_thread_block());
  Where w{false, -INFINITY, -1};
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += (long long)gridDim.x * blockDim.x) {
    Where o{isnan(x[i]), x[i], i};
    if (beats(o, w)) w = o;
  }
  w = over_tile(tile, w);
  if (tile.thread_rank() == 0) {
    vs[blockIdx.x * TILES + tile.meta_group_rank()] = w.x;
    is[blockIdx.x * TILES + tile.meta_group_rank()] = w.i;
  }
}

__global__ void second_where(const float* vs, const long long* is, int n, long long* out) {
  Tile tile = cg::tiled_partition<32>(cg::this_thread_block());
  Where w{false, -INFINITY, -1};
  for (int k = tile.thread_rank(); k < n; k += 32) {
    Where o{isnan(vs[k]), vs[k], is[k]};
    if (beats(o, w)) w = o;
  }
  w = over_tile(tile, w);
  if (tile.thread_rank() == 0) *out = w.i;
}

static int grid_for(long long n) { return n > (long long)GRID * TILES * 32 ? GRID : int((n + TILES * 32 - 1) / (TILES * 32)) + (n == 0); }

template <class F>
static int both(const float* x, float* result, long long n, float zero, void* workspace, void* stream) {
  auto s = reinterpret_cast<cudaStream_t>(stream);
  first<F><<<grid_for(n), TILES * 32, 0, s>>>(x, n, zero, static_cast<float*>(workspace));
  if (auto e = cudaGetLastError()) return e;
  second<F><<<1, 32, 0, s>>>(static_cast<float*>(workspace), grid_for(n), zero, result);
  return cudaGetLastError();
}

extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void* workspace, void* stream) {
  return both<Plus>(x, result, n, 0.0f, workspace, stream);
}

extern "C" int ck_reduce_max(const float* x, float* result, long long n, void* workspace, void* stream) {
  return both<Larger>(x, result, n, -INFINITY, workspace, stream);
}

extern "C" int ck_reduce_argmax(const float* x, long long* index, long long n, void* workspace, void* stream) {
  auto s = reinterpret_cast<cudaStream_t>(stream);
  auto* is = static_cast<long long*>(workspace);
  auto* vs = reinterpret_cast<float*>(is + GRID * TILES);
  first_where<<<grid_for(n), TILES * 32, 0, s>>>(x, n, vs, is);
  if (auto e = cudaGetLastError()) return e;
  second_where<<<1, 32, 0, s>>>(vs, is, grid_for(n) * TILES, index);
  return cudaGetLastError();
}
