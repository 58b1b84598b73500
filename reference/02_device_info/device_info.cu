// device_info.cu: what this machine's GPUs can do. The contract stands in ck/device_info.h.
#include "ck/device_info.h"

#include "ck/check.cuh"

namespace {

// BEGIN SOLUTION TODO: what the runtime doesn't say: cores of a multiprocessor, by the compute capability.
// fp32 units of one multiprocessor. CUDA C++ Programming Guide, "Arithmetic Instructions"; unknown ones are likely to be like the latest.
int cores_per_multiprocessor(int major, int minor) {
  const bool of_64 = major == 7 || (major == 8 && minor == 0);
  return of_64 ? 64 : 128;
}

void clear(long long* row) {
  for (int i = 0; i < CK_FIGURES; ++i) row[i] = 0;
}

// *count <- devices; none is no error.
cudaError_t count_devices(int* count) {
  const cudaError_t error = cudaGetDeviceCount(count);
  if (error != cudaErrorNoDevice) return error;
  *count = 0;
  cudaGetLastError();  // it has been answered: a later question for errors shall not find it
  return cudaSuccess;
}

// The device must exist. Three questions: CUDA 13's properties have no clocks any more.
cudaError_t describe(int device, long long* row) {
  cudaDeviceProp p;
  int clock_khz = 0, memory_clock_khz = 0;
  cudaError_t error = cudaGetDeviceProperties(&p, device);
  if (!error) error = cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, device);
  if (!error) error = cudaDeviceGetAttribute(&memory_clock_khz, cudaDevAttrMemoryClockRate, device);
  if (error) return error;
  const long long cores = 1LL * p.multiProcessorCount * cores_per_multiprocessor(p.major, p.minor);
  row[CK_EXISTS] = 1;
  row[CK_MAJOR] = p.major;
  row[CK_MINOR] = p.minor;
  row[CK_MULTIPROCESSORS] = p.multiProcessorCount;
  row[CK_CORES] = cores;
  row[CK_CLOCK_KHZ] = clock_khz;
  row[CK_MEMORY_BYTES] = p.totalGlobalMem;
  row[CK_MEMORY_CLOCK_KHZ] = memory_clock_khz;
  row[CK_MEMORY_BUS_BITS] = p.memoryBusWidth;
  row[CK_L2_BYTES] = p.l2CacheSize;
  row[CK_SHARED_BYTES_PER_BLOCK] = p.sharedMemPerBlock;
  row[CK_SHARED_BYTES_PER_MULTIPROCESSOR] = p.sharedMemPerMultiprocessor;
  row[CK_THREADS_PER_MULTIPROCESSOR] = p.maxThreadsPerMultiProcessor;
  row[CK_WARP_SIZE] = p.warpSize;
  row[CK_GFLOPS] = 2 * cores * clock_khz / 1'000'000;                                 // kHz -> 10^9 a second
  row[CK_MEGABYTES_PER_S] = 2LL * memory_clock_khz * (p.memoryBusWidth / 8) / 1'000;  // kHz -> 10^6 a second
  return cudaSuccess;
}
// END SOLUTION

}  // namespace

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  // BEGIN SOLUTION TODO: how many devices are there, and what do you do if there is none?
  int found = 0;
  CK_CHECK(count_devices(&found));
  *count = found;
  for (int device = 0; device < capacity; ++device) {
    long long* row = table + device * CK_FIGURES;
    clear(row);
    if (device < found) CK_CHECK(describe(device, row));
  }
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_device_row(long long* row, int device) {
  // BEGIN SOLUTION TODO: is there a device of this number? Then its figures.
  clear(row);
  int found = 0;
  CK_CHECK(count_devices(&found));
  if (device >= 0 && device < found) CK_CHECK(describe(device, row));
  // END SOLUTION
  return cudaSuccess;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  // BEGIN SOLUTION TODO: ask the runtime how many blocks of ck_probe fit, and compute the share of the warps.
  result[0] = result[1] = 0;
  int found = 0, blocks = 0, most_threads = 0, warp = 0;
  CK_CHECK(count_devices(&found));
  if (found == 0) return cudaSuccess;
  CK_CHECK(cudaDeviceGetAttribute(&most_threads, cudaDevAttrMaxThreadsPerMultiProcessor, 0));
  CK_CHECK(cudaDeviceGetAttribute(&warp, cudaDevAttrWarpSize, 0));
  CK_CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, ck_probe, threads, shared_bytes));
  const int warps = (threads + warp - 1) / warp;  // of a block: the last one may be part of a warp, and takes the room of a whole one
  result[0] = blocks;
  result[1] = 1000LL * blocks * warps / (most_threads / warp);
  // END SOLUTION
  return cudaSuccess;
}
