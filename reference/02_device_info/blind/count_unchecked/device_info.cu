// Blind: whatever the first call returns is passed on.
static void one(int id, long long* r) {
    cudaDeviceProp prop;
    int clk, mclk;
    cudaGetDeviceProperties(&prop, id);
    cudaDeviceGetAttribute(&clk, cudaDevAttrClockRate, id);
    cudaDeviceGetAttribute(&mclk, cudaDevAttrMemoryClockRate, id);
    r[CK_EXISTS] = 1; r[CK_MAJOR] = prop.major; r[CK_MINOR] = prop.minor;
    r[CK_MULTIPROCESSORS] = prop.multiProcessorCount;
    r[CK_CORES] = prop.multiProcessorCount * ((prop.major == 8 && prop.minor == 0) || prop.major == 7 ? 64 : 128);
    r[CK_CLOCK_KHZ] = clk; r[CK_MEMORY_BYTES] = prop.totalGlobalMem; r[CK_MEMORY_CLOCK_KHZ] = mclk;
    r[CK_MEMORY_BUS_BITS] = prop.memoryBusWidth; r[CK_L2_BYTES] = prop.l2CacheSize;
    r[CK_SHARED_BYTES_PER_BLOCK] = prop.sharedMemPerBlock;
    r[CK_SHARED_BYTES_PER_MULTIPROCESSOR] = prop.sharedMemPerMultiprocessor;
    r[CK_THREADS_PER_MULTIPROCESSOR] = prop.maxThreadsPerMultiProcessor; r[CK_WARP_SIZE] = prop.warpSize;
    r[CK_GFLOPS] = r[CK_CORES] * clk * 2 / 1000000;
    r[CK_MEGABYTES_PER_S] = (long long)mclk * 2 * prop.memoryBusWidth / 8 / 1000;
}
static int howmany() { int n = 0; if (cudaGetDeviceCount(&n) != cudaSuccess) return 0; return n; }
extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
    int n = 0;
    cudaError_t error = cudaGetDeviceCount(&n);
    if (error != cudaSuccess) return error;
    *count = n;
    for (int i = 0; i < capacity * 16; i++) table[i] = 0;
    for (int i = 0; i < n && i < capacity; i++) one(i, table + 16 * i);
    return 0;
}
extern "C" int ck_device_row(long long* row, int device) {
    for (int i = 0; i < 16; i++) row[i] = 0;
    if (device >= 0 && device < howmany()) one(device, row);
    return 0;
}
extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
    result[0] = result[1] = 0;
    if (!howmany()) return 0;
    int b = 0;
    cudaDeviceProp prop;
    cudaGetDeviceProperties(&prop, 0);
    cudaError_t e = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&b, ck_probe, threads, shared_bytes);
    if (e) return e;
    result[0] = b;
    result[1] = 1000LL * b * ((threads + 31) / 32) / (prop.maxThreadsPerMultiProcessor / 32);
    return 0;
}
