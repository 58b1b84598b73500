// The last error: per host thread, peeked at, cleared; names and texts; a sticky error after an illegal address.
#include <thread>
#include "check.cuh"

__global__ void wild(int* x) { x[threadIdx.x] = 1; }

int main() {
  CHECK(cudaGetLastError());
  void* p = nullptr;
  EXPECT_ERROR(cudaMalloc(&p, size_t(1) << 50), cudaErrorMemoryAllocation);
  cudaError_t other = cudaErrorUnknown;
  std::thread([&] { other = cudaPeekAtLastError(); }).join();
  EXPECT(other == cudaSuccess);
  EXPECT_ERROR(cudaPeekAtLastError(), cudaErrorMemoryAllocation);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorMemoryAllocation);
  CHECK(cudaGetLastError());
  CHECK(cudaMalloc(&p, 0));
  EXPECT(p == nullptr);
  CHECK(cudaFree(nullptr));
  EXPECT(!std::strcmp(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress"));
  EXPECT(!std::strcmp(cudaGetErrorString(cudaErrorIllegalAddress), "an illegal memory access was encountered"));
  EXPECT(!std::strcmp(cudaGetErrorString(cudaError_t(12345)), "unrecognized error code"));
  EXPECT_ERROR(cudaSetDevice(99), cudaErrorInvalidDevice);
  cudaGetLastError();

  wild<<<1, 32>>>(reinterpret_cast<int*>(0x10));
  EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorIllegalAddress);
  EXPECT_ERROR(cudaMalloc(&p, 16), cudaErrorIllegalAddress);  // the context is lost
  EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  return pass();
}
