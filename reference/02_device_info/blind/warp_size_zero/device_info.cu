// Thinks that a machine without a device has a prop full of something: divides by a warp size of zero.
#include <cstring>

#include "ck/device_info.h"

namespace {

struct Query {
  int device;
  cudaError_t error = cudaSuccess;
  long long operator()(cudaDeviceAttr what) {
    int value = 0;
    if (error == cudaSuccess) error = cudaDeviceGetAttribute(&value, what, device);
    return value;
  }
};

long long lanes_per_sm(int major, int minor) {
  switch (major * 10 + minor) {
    case 70:
    case 75:
    case 80: return 64;
    default: return 128;
  }
}

cudaError_t devices(int* n) {
  *n = 0;
  const cudaError_t e = cudaGetDeviceCount(n);
  if (e == cudaErrorNoDevice) {
    *n = 0;
    cudaGetLastError();  // it was an answer
    return cudaSuccess;
  }
  return e;
}

cudaError_t describe(long long* row, int device) {
  cudaDeviceProp p;
  const cudaError_t e = cudaGetDeviceProperties(&p, device);
  if (e != cudaSuccess) return e;
  Query ask{device};
  const long long clock = ask(cudaDevAttrClockRate), mclock = ask(cudaDevAttrMemoryClockRate);
  if (ask.error != cudaSuccess) return ask.error;
  const long long cores = p.multiProcessorCount * lanes_per_sm(p.major, p.minor);
  row[CK_EXISTS] = 1;
  row[CK_MAJOR] = p.major;
  row[CK_MINOR] = p.minor;
  row[CK_MULTIPROCESSORS] = p.multiProcessorCount;
  row[CK_CORES] = cores;
  row[CK_CLOCK_KHZ] = clock;
  row[CK_MEMORY_BYTES] = static_cast<long long>(p.totalGlobalMem);
  row[CK_MEMORY_CLOCK_KHZ] = mclock;
  row[CK_MEMORY_BUS_BITS] = p.memoryBusWidth;
  row[CK_L2_BYTES] = p.l2CacheSize;
  row[CK_SHARED_BYTES_PER_BLOCK] = static_cast<long long>(p.sharedMemPerBlock);
  row[CK_SHARED_BYTES_PER_MULTIPROCESSOR] = static_cast<long long>(p.sharedMemPerMultiprocessor);
  row[CK_THREADS_PER_MULTIPROCESSOR] = p.maxThreadsPerMultiProcessor;
  row[CK_WARP_SIZE] = p.warpSize;
  row[CK_GFLOPS] = 2 * cores * clock / 1000000;
  row[CK_MEGABYTES_PER_S] = 2 * mclock * (p.memoryBusWidth / 8) / 1000;
  return cudaSuccess;
}

}  // namespace

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  std::memset(table, 0, sizeof(long long) * CK_FIGURES * static_cast<size_t>(capacity));
  *count = 0;
  int n = 0;
  if (const cudaError_t e = devices(&n)) return e;
  *count = n;
  for (int d = 0; d < n && d < capacity; ++d)
    if (const cudaError_t e = describe(table + static_cast<size_t>(d) * CK_FIGURES, d)) return e;
  return cudaSuccess;
}

extern "C" int ck_device_row(long long* row, int device) {
  std::memset(row, 0, sizeof(long long) * CK_FIGURES);
  int n = 0;
  if (const cudaError_t e = devices(&n)) return e;
  return device >= 0 && device < n ? describe(row, device) : cudaSuccess;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  result[0] = result[1] = 0;
  cudaDeviceProp p = {};
  cudaGetDeviceProperties(&p, 0);
  const int warps_there = p.maxThreadsPerMultiProcessor / p.warpSize;
  const int warps_each = (threads + p.warpSize - 1) / p.warpSize;

  int before = 0, blocks = 0;
  cudaGetDevice(&before);
  cudaSetDevice(0);
  if (threads <= p.maxThreadsPerBlock && 1024 + static_cast<size_t>(shared_bytes) <= p.sharedMemPerBlock)
    cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, ck_probe, threads, static_cast<size_t>(shared_bytes));
  cudaSetDevice(before);
  result[0] = blocks;
  result[1] = 1000LL * blocks * warps_each / warps_there;
  return cudaSuccess;
}
