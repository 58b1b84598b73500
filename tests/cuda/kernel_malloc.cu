// malloc in a kernel: each thread has a buffer of its own, and a request that can't be met gets a null pointer.
#include "check.cuh"

__global__ void build(int** buffers) {
  int* mine = static_cast<int*>(malloc(4 * sizeof(int)));
  if (mine) {
    for (int i = 0; i < 4; ++i) mine[i] = 10 * threadIdx.x + i;
  }
  buffers[threadIdx.x] = mine;
}

__global__ void sum(int** buffers, int* out) {
  int total = 0;
  for (int i = 0; i < 4; ++i) total += buffers[threadIdx.x][i];
  out[threadIdx.x] = total;
  free(buffers[threadIdx.x]);
}

__global__ void too_much(void** out) { *out = malloc(size_t(1) << 40); }

int main() {
  int** buffers;
  int* out;
  CHECK(cudaMalloc(&buffers, 64 * sizeof(int*)));
  CHECK(cudaMalloc(&out, 64 * sizeof(int)));
  build<<<1, 64>>>(buffers);
  sum<<<1, 64>>>(buffers, out);
  int got[64];
  CHECK(cudaMemcpy(got, out, sizeof got, cudaMemcpyDeviceToHost));
  for (int i = 0; i < 64; ++i) EXPECT(got[i] == 40 * i + 6);
  too_much<<<1, 1>>>(reinterpret_cast<void**>(buffers));
  void* huge = out;
  CHECK(cudaMemcpy(&huge, buffers, sizeof huge, cudaMemcpyDeviceToHost));
  EXPECT(huge == nullptr);
  CHECK(cudaFree(buffers));
  CHECK(cudaFree(out));
  return pass();
}
