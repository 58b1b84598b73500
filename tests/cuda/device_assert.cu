// assert in a kernel: message on stderr (or stdout), error 710, sticky.
#undef NDEBUG
#include <cassert>
#include "check.cuh"

__global__ void careful(const int* x, int n) {
  const int i = threadIdx.x;
  assert(i < n && "too many threads");
  (void)x;
}

int main() {
  careful<<<1, 4>>>(nullptr, 8);
  CHECK(cudaDeviceSynchronize());
  careful<<<1, 16>>>(nullptr, 8);
  EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorAssert);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorAssert);
  return pass();
}
