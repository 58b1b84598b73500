// printf in kernels: formats, order within a thread, and its place among the host's own output.
#include "check.cuh"

__global__ void greet(int round) {
  if (threadIdx.x == 0) {
    printf("round %d: %5.2f %s %c %llu %x %%\n", round, 1.5 * round, "text", 'c', 12345678901234ull, 255);
    printf("second line of %d\n", round);
  }
}

int main() {
  std::printf("before\n");
  greet<<<1, 32>>>(1);
  CHECK(cudaDeviceSynchronize());
  std::printf("between\n");
  greet<<<1, 32>>>(2);
  CHECK(cudaDeviceSynchronize());
  return pass();
}
