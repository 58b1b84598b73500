#include <cooperative_groups.h>
namespace cg = cooperative_groups;
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  const auto block = cg::this_thread_block();
  const auto tile = cg::tiled_partition<32>(block);
  const float factor = tile.shfl(alpha, 0);
  const int i = block.group_index().x * block.size() + block.thread_rank();
  tile.sync();
  if (i < N) Y[i] = factor * X[i];
}
extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {
  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);
  return cudaGetLastError();
}
