// cudaDeviceReset: memory is gone, variables have their first values again, an illegal access is forgotten.
#include "check.cuh"

__device__ int state = 3;

__global__ void change(int* out) {
  state += 1;
  *out = state;
}

int main() {
  for (int round = 0; round < 2; ++round) {
    int* out;
    int value = 0;
    CHECK(cudaMalloc(&out, sizeof value));
    change<<<1, 1>>>(out);
    CHECK(cudaMemcpy(&value, out, sizeof value, cudaMemcpyDeviceToHost));
    EXPECT(value == 4);
    change<<<1, 1>>>(nullptr);
    EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
    cudaDeviceReset();
    CHECK(cudaGetLastError());
  }
  return pass();
}
