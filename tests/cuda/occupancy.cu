// Occupancy queries, function attributes and __launch_bounds__.
#include "check.cuh"

__global__ void plain(float* x) { x[threadIdx.x] = 1.0f; }

__global__ void __launch_bounds__(128) bounded(float* x) {
  __shared__ float tile[3072];  // 12 KiB
  tile[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

int main() {
  cudaDeviceProp p;
  CHECK(cudaGetDeviceProperties(&p, 0));
  int blocks = 0;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, 256, 0));
  EXPECT(blocks == p.maxThreadsPerMultiProcessor / 256);
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, 32, 0));
  EXPECT(blocks == p.maxBlocksPerMultiProcessor);
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, plain, 32, 40000));
  EXPECT(blocks == static_cast<int>(p.sharedMemPerMultiprocessor / (40000 + p.reservedSharedMemPerBlock)));
  int grid = 0, block = 0;
  CHECK(cudaOccupancyMaxPotentialBlockSize(&grid, &block, plain, 0, 0));
  EXPECT(block > 0 && block <= 1024 && grid > 0);
  cudaFuncAttributes attributes;
  CHECK(cudaFuncGetAttributes(&attributes, bounded));
  EXPECT(attributes.maxThreadsPerBlock == 128);
  EXPECT(attributes.sharedSizeBytes >= 12288 && attributes.sharedSizeBytes <= 13312);
  EXPECT(attributes.numRegs > 0);
  CHECK(cudaFuncGetAttributes(&attributes, plain));
  EXPECT(attributes.maxThreadsPerBlock == 1024 && attributes.sharedSizeBytes <= 1024);
  float* x;
  CHECK(cudaMalloc(&x, 1024 * sizeof(float)));
  CHECK(cudaMemset(x, 0, 1024 * sizeof(float)));
  bounded<<<1, 128>>>(x);
  CHECK(cudaGetLastError());
  bounded<<<1, 256>>>(x);
  EXPECT(cudaGetLastError() != cudaSuccess);
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(x));
  return pass();
}
