// A correct solution in another style: the row function does everything, and tells a missing device by the runtime's own error.
#include <cstring>

static int units(int capability) {
  switch (capability) {
    case 70: case 72: case 75: case 80: return 64;
    default: return 128;
  }
}

extern "C" int ck_device_row(long long* row, int device) {
  std::memset(row, 0, CK_FIGURES * sizeof(long long));
  cudaDeviceProp p;
  const cudaError_t error = cudaGetDeviceProperties(&p, device);
  if (error == cudaErrorInvalidDevice || error == cudaErrorNoDevice) {
    cudaGetLastError();
    return cudaSuccess;
  }
  if (error != cudaSuccess) return error;
  int clock = 0, memory_clock = 0;
  cudaDeviceGetAttribute(&clock, cudaDevAttrClockRate, device);
  cudaDeviceGetAttribute(&memory_clock, cudaDevAttrMemoryClockRate, device);
  const long long cores = (long long)units(10 * p.major + p.minor) * p.multiProcessorCount;
  const long long figures[CK_FIGURES] = {1, p.major, p.minor, p.multiProcessorCount, cores, clock, (long long)p.totalGlobalMem, memory_clock,
                                         p.memoryBusWidth, p.l2CacheSize, (long long)p.sharedMemPerBlock,
                                         (long long)p.sharedMemPerMultiprocessor, p.maxThreadsPerMultiProcessor, p.warpSize,
                                         cores * clock / 500000, (long long)memory_clock * p.memoryBusWidth / 4000};
  std::memcpy(row, figures, sizeof figures);
  return cudaSuccess;
}

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  int n = 0;
  if (cudaGetDeviceCount(&n) == cudaErrorNoDevice) n = 0;
  *count = n;
  for (int device = 0; device < capacity; ++device) {
    if (device >= n) std::memset(table + device * CK_FIGURES, 0, CK_FIGURES * sizeof(long long));
    else if (const int error = ck_device_row(table + device * CK_FIGURES, device)) return error;
  }
  return cudaSuccess;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  long long row[CK_FIGURES];
  if (const int error = ck_device_row(row, 0)) return error;
  int blocks = 0;
  if (row[CK_EXISTS]) {
    const cudaError_t error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, ck_probe, threads, shared_bytes);
    if (error != cudaSuccess) return error;
  }
  result[0] = blocks;
  result[1] = row[CK_EXISTS] ? 1000LL * blocks * ((threads + row[CK_WARP_SIZE] - 1) / row[CK_WARP_SIZE]) * row[CK_WARP_SIZE] / row[CK_THREADS_PER_MULTIPROCESSOR] : 0;
  return cudaSuccess;
}
