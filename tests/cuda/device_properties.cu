// What programs ask about the device; the runtime's structures as the real headers declare them.
#include "check.cuh"

static int attribute(cudaDeviceAttr which) {
  int value = -1;
  CHECK(cudaDeviceGetAttribute(&value, which, 0));
  return value;
}

int main() {
  int count = 0, device = -1;
  CHECK(cudaGetDeviceCount(&count));
  EXPECT(count >= 1);
  CHECK(cudaSetDevice(0));
  CHECK(cudaGetDevice(&device));
  EXPECT(device == 0);
  cudaDeviceProp p;
  std::memset(&p, 0x5A, sizeof p);
  CHECK(cudaGetDeviceProperties(&p, 0));
  EXPECT(std::strlen(p.name) > 0 && std::strlen(p.name) < 64);
  EXPECT(p.major >= 7 && p.major < 20 && p.minor >= 0 && p.minor < 10);
  EXPECT(p.warpSize == 32 && p.maxThreadsPerBlock == 1024 && p.multiProcessorCount > 0);
  EXPECT(p.maxThreadsDim[0] == 1024 && p.maxThreadsDim[2] == 64 && p.maxGridSize[0] == 2147483647 && p.maxGridSize[1] == 65535);
  EXPECT(p.totalGlobalMem > (size_t(1) << 28) && p.totalConstMem == 65536);
  EXPECT(p.sharedMemPerBlock == 49152 && p.sharedMemPerBlockOptin >= p.sharedMemPerBlock &&
         p.sharedMemPerMultiprocessor >= p.sharedMemPerBlockOptin);
  EXPECT(p.unifiedAddressing == 1 && p.managedMemory == 1 && p.concurrentKernels == 1);
  EXPECT(attribute(cudaDevAttrComputeCapabilityMajor) == p.major && attribute(cudaDevAttrComputeCapabilityMinor) == p.minor);
  EXPECT(attribute(cudaDevAttrMultiProcessorCount) == p.multiProcessorCount);
  EXPECT(attribute(cudaDevAttrMaxThreadsPerBlock) == 1024 && attribute(cudaDevAttrWarpSize) == 32);
  EXPECT(attribute(cudaDevAttrMaxSharedMemoryPerBlock) == static_cast<int>(p.sharedMemPerBlock));
  EXPECT(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin) == static_cast<int>(p.sharedMemPerBlockOptin));
  EXPECT(attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor) == static_cast<int>(p.sharedMemPerMultiprocessor));
  EXPECT(attribute(cudaDevAttrMaxRegistersPerBlock) == p.regsPerBlock &&
         attribute(cudaDevAttrMaxRegistersPerMultiprocessor) == p.regsPerMultiprocessor);
  EXPECT(attribute(cudaDevAttrMaxThreadsPerMultiProcessor) == p.maxThreadsPerMultiProcessor);
  EXPECT(attribute(cudaDevAttrL2CacheSize) == p.l2CacheSize && attribute(cudaDevAttrGlobalMemoryBusWidth) == p.memoryBusWidth);
  EXPECT(attribute(cudaDevAttrMaxBlocksPerMultiprocessor) == p.maxBlocksPerMultiProcessor);
  EXPECT(attribute(cudaDevAttrAsyncEngineCount) == p.asyncEngineCount);
  EXPECT(attribute(cudaDevAttrReservedSharedMemoryPerBlock) == static_cast<int>(p.reservedSharedMemPerBlock));
  EXPECT(attribute(cudaDevAttrClockRate) > 0 && attribute(cudaDevAttrMemoryClockRate) > 0);
  size_t free = 0, total = 0;
  CHECK(cudaMemGetInfo(&free, &total));
  EXPECT(free > 0 && free <= total && total == p.totalGlobalMem);
  void* held;
  size_t after = 0;
  CHECK(cudaMalloc(&held, 64 << 20));
  CHECK(cudaMemGetInfo(&after, &total));
  EXPECT(after + (60 << 20) <= free);
  CHECK(cudaFree(held));
  int driver = 0, runtime = 0;
  CHECK(cudaDriverGetVersion(&driver));
  CHECK(cudaRuntimeGetVersion(&runtime));
  EXPECT(driver >= 13000 && runtime >= 13000 && runtime < 14000);
  int value = 0;
  EXPECT_ERROR(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 77), cudaErrorInvalidDevice);
  cudaGetLastError();
  std::printf("%s %d.%d, %d SMs, %zu bytes, shared %zu/%zu/%zu, l2 %d, bus %d, clock %d, memory clock %d, blocks %d, copy engines %d\n",
              p.name, p.major, p.minor, p.multiProcessorCount, p.totalGlobalMem, p.sharedMemPerBlock, p.sharedMemPerBlockOptin,
              p.sharedMemPerMultiprocessor, p.l2CacheSize, p.memoryBusWidth, attribute(cudaDevAttrClockRate),
              attribute(cudaDevAttrMemoryClockRate), p.maxBlocksPerMultiProcessor, p.asyncEngineCount);
  return pass();
}
