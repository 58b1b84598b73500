// Blind: a helper that asks anew for each figure.
static cudaDeviceProp ask(int id) { cudaDeviceProp p; cudaGetDeviceProperties(&p, id); return p; }
static void one(int id, long long* r) {
    cudaDeviceProp prop;
    int clk, mclk;
    prop = ask(id);
    cudaDeviceGetAttribute(&clk, cudaDevAttrClockRate, id);
    cudaDeviceGetAttribute(&mclk, cudaDevAttrMemoryClockRate, id);
    r[CK_EXISTS] = 1; r[CK_MAJOR] = ask(id).major; r[CK_MINOR] = ask(id).minor;
    r[CK_MULTIPROCESSORS] = ask(id).multiProcessorCount;
    r[CK_CORES] = ask(id).multiProcessorCount * ((ask(id).major == 8 && ask(id).minor == 0) || ask(id).major == 7 ? 64 : 128);
    r[CK_CLOCK_KHZ] = clk; r[CK_MEMORY_BYTES] = ask(id).totalGlobalMem; r[CK_MEMORY_CLOCK_KHZ] = mclk;
    r[CK_MEMORY_BUS_BITS] = ask(id).memoryBusWidth; r[CK_L2_BYTES] = ask(id).l2CacheSize;
    r[CK_SHARED_BYTES_PER_BLOCK] = ask(id).sharedMemPerBlock;
    r[CK_SHARED_BYTES_PER_MULTIPROCESSOR] = ask(id).sharedMemPerMultiprocessor;
    r[CK_THREADS_PER_MULTIPROCESSOR] = ask(id).maxThreadsPerMultiProcessor; r[CK_WARP_SIZE] = ask(id).warpSize;
    r[CK_GFLOPS] = r[CK_CORES] * clk * 2 / 1000000;
    r[CK_MEGABYTES_PER_S] = (long long)mclk * 2 * ask(id).memoryBusWidth / 8 / 1000;
}
static int howmany() { int n = 0; if (cudaGetDeviceCount(&n) != cudaSuccess) return 0; return n; }
extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
    int n = howmany();
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
