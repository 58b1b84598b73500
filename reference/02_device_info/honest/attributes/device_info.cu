// A correct solution in another style: attributes only, a table of which figure is which, and cudaGetLastError where there is no device.
#include "ck/check.cuh"

namespace {

struct Asked {
  int figure;
  cudaDeviceAttr attribute;
};
constexpr Asked kAsked[] = {{CK_MAJOR, cudaDevAttrComputeCapabilityMajor},
                            {CK_MINOR, cudaDevAttrComputeCapabilityMinor},
                            {CK_MULTIPROCESSORS, cudaDevAttrMultiProcessorCount}};

int fill(int device, long long* row) {
  cudaDeviceProp p;
  CK_CHECK(cudaGetDeviceProperties(&p, device));
  int value[2];
  CK_CHECK(cudaDeviceGetAttribute(value, cudaDevAttrClockRate, device));
  CK_CHECK(cudaDeviceGetAttribute(value + 1, cudaDevAttrMemoryClockRate, device));
  for (const Asked& asked : kAsked) {
    int answer = 0;
    CK_CHECK(cudaDeviceGetAttribute(&answer, asked.attribute, device));
    row[asked.figure] = answer;
  }
  long long each = 128;
  if (row[CK_MAJOR] == 7 || (row[CK_MAJOR] == 8 && row[CK_MINOR] == 0)) each = 64;
  row[CK_EXISTS] = 1;
  row[CK_CORES] = row[CK_MULTIPROCESSORS] * each;
  row[CK_CLOCK_KHZ] = value[0];
  row[CK_MEMORY_BYTES] = (long long)p.totalGlobalMem;
  row[CK_MEMORY_CLOCK_KHZ] = value[1];
  row[CK_MEMORY_BUS_BITS] = p.memoryBusWidth;
  row[CK_L2_BYTES] = p.l2CacheSize;
  row[CK_SHARED_BYTES_PER_BLOCK] = (long long)p.sharedMemPerBlock;
  row[CK_SHARED_BYTES_PER_MULTIPROCESSOR] = (long long)p.sharedMemPerMultiprocessor;
  row[CK_THREADS_PER_MULTIPROCESSOR] = p.maxThreadsPerMultiProcessor;
  row[CK_WARP_SIZE] = p.warpSize;
  row[CK_GFLOPS] = (long long)(row[CK_CORES] * (double)value[0] * 2 / 1e6);
  row[CK_MEGABYTES_PER_S] = (long long)value[1] * 2 * p.memoryBusWidth / 8 / 1000;
  return 0;
}

}  // namespace

extern "C" int ck_device_row(long long* row, int device) {
  for (int i = 0; i < CK_FIGURES; i++) row[i] = 0;
  int n = 0;
  if (cudaGetDeviceCount(&n) != cudaSuccess) {
    const cudaError_t why = cudaGetLastError();
    return why == cudaErrorNoDevice ? 0 : why;
  }
  return device < 0 || device >= n ? 0 : fill(device, row);
}

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  int n = 0;
  cudaError_t error = cudaGetDeviceCount(&n);
  if (error == cudaErrorNoDevice) n = 0;
  else if (error != cudaSuccess) return error;
  *count = n;
  for (long long i = 0; i < (long long)capacity * CK_FIGURES; i++) table[i] = 0;
  for (int d = 0; d < n && d < capacity; d++) CK_CHECK((cudaError_t)fill(d, table + d * CK_FIGURES));
  return 0;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  result[0] = result[1] = 0;
  int n = 0, blocks = 0;
  if (cudaGetDeviceCount(&n) != cudaSuccess || n == 0) return 0;
  CK_CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, (const void*)ck_probe, threads, shared_bytes));
  cudaDeviceProp p;
  CK_CHECK(cudaGetDeviceProperties(&p, 0));
  result[0] = blocks;
  result[1] = blocks * ((threads + 31) / 32) * 1000 / (p.maxThreadsPerMultiProcessor / 32);
  return 0;
}
