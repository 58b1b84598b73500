// cudaDeviceReset: memory is gone, variables have their first values again; but an illegal access has cost the process its device.
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
    void* none;
    EXPECT_ERROR(cudaMalloc(&none, size_t(1) << 50), cudaErrorMemoryAllocation);
    CHECK(cudaDeviceReset());
    EXPECT_ERROR(cudaGetLastError(), cudaErrorMemoryAllocation);  // the host thread's, not the device's
  }
  change<<<1, 1>>>(nullptr);
  EXPECT_ERROR(cudaDeviceReset(), cudaErrorIllegalAddress);
  void* p;
  EXPECT_ERROR(cudaMalloc(&p, 4), cudaErrorIllegalAddress);
  EXPECT_ERROR(cudaFree(nullptr), cudaErrorIllegalAddress);
  EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  int device = -1;
  CHECK(cudaGetDevice(&device));  // asks nothing of it
  EXPECT_ERROR(cudaGetLastError(), cudaErrorIllegalAddress);
  return pass();
}
