// Cooperative launches: a ring of blocks that pass values on behind grid.sync(), by both launch calls; and grids that don't fit.
#include <cooperative_groups.h>

#include "check.cuh"

namespace cg = cooperative_groups;

// Each thread reads its right neighbour's value of the last round.
__global__ void ring(int* values, int n, int rounds) {
  cg::grid_group grid = cg::this_grid();
  const int i = int(grid.thread_rank());
  for (int r = 0; r < rounds; r++) {
    const int* from = values + r % 2 * n;
    int* to = values + (r + 1) % 2 * n;
    to[i] = from[(i + 1) % n] + 1;
    grid.sync();
  }
}

__global__ void needs_grid(int* out) {
  cg::grid_group grid = cg::this_grid();
  if (grid.thread_rank() == 0) *out = grid.is_valid();
}

int main() {
  int cooperative = 0;
  CHECK(cudaDeviceGetAttribute(&cooperative, cudaDevAttrCooperativeLaunch, 0));
  EXPECT(cooperative == 1);
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 0));
  EXPECT(properties.cooperativeLaunch == 1);

  int n = 24 * 128, rounds = 5, *values, *host = new int[n];
  CHECK(cudaMalloc(&values, 2 * n * sizeof(int)));
  for (int way = 0; way < 2; way++) {
    for (int i = 0; i < n; i++) host[i] = i * i % 1000;
    CHECK(cudaMemcpy(values, host, n * sizeof(int), cudaMemcpyHostToDevice));
    void* arguments[] = {&values, &n, &rounds};
    if (way == 0) {
      CHECK(cudaLaunchCooperativeKernel(ring, dim3(24), dim3(128), arguments, 0, 0));
    } else {
      cudaLaunchConfig_t config = {};
      cudaLaunchAttribute attribute = {};
      attribute.id = cudaLaunchAttributeCooperative;
      attribute.val.cooperative = 1;
      config.gridDim = dim3(6, 4);
      config.blockDim = dim3(16, 4, 2);
      config.attrs = &attribute;
      config.numAttrs = 1;
      CHECK(cudaLaunchKernelEx(&config, ring, values, n, rounds));
    }
    CHECK(cudaMemcpy(host, values + rounds % 2 * n, n * sizeof(int), cudaMemcpyDeviceToHost));
    for (int i = 0; i < n; i++) EXPECT(host[i] == (i + rounds) % n * ((i + rounds) % n) % 1000 + rounds);
  }

  // as many blocks as the occupancy calculator says, and one more
  int per_sm = 0, most;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, ring, 1024, 0));
  most = per_sm * properties.multiProcessorCount;
  CHECK(cudaFree(values));
  n = most * 1024;
  rounds = 1;
  CHECK(cudaMalloc(&values, 2 * n * sizeof(int)));
  CHECK(cudaMemset(values, 0, 2 * n * sizeof(int)));
  void* arguments[] = {&values, &n, &rounds};
  CHECK(cudaLaunchCooperativeKernel(ring, dim3(most), dim3(1024), arguments, 0, 0));
  CHECK(cudaDeviceSynchronize());
  EXPECT_ERROR(cudaLaunchCooperativeKernel(ring, dim3(most + 1), dim3(1024), arguments, 0, 0), cudaErrorCooperativeLaunchTooLarge);
  EXPECT(cudaGetLastError() == cudaErrorCooperativeLaunchTooLarge);

  // an ordinary launch is no grid that can synchronise
  needs_grid<<<2, 32>>>(values);
  int valid = 2;
  CHECK(cudaMemcpy(&valid, values, sizeof(int), cudaMemcpyDeviceToHost));
  EXPECT(valid == 0);
  CHECK(cudaFree(values));
  delete[] host;
  return pass();
}
