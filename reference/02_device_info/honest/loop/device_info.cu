// A correct solution in another style: a class for a card, which asks for what it is told to.
#include <vector>

namespace {

class Card {
 public:
  explicit Card(int number) : number_(number) { error_ = cudaGetDeviceProperties(&p_, number); }
  int error() const { return error_; }
  long long ask(cudaDeviceAttr attribute) {
    int value = 0;
    if (!error_) error_ = cudaDeviceGetAttribute(&value, attribute, number_);
    return value;
  }
  std::vector<long long> figures() {
    const long long clock = ask(cudaDevAttrClockRate), memory_clock = ask(cudaDevAttrMemoryClockRate);
    const bool few = p_.major < 8 || (p_.major == 8 && p_.minor == 0);
    const long long cores = p_.multiProcessorCount * (few ? 64LL : 128LL);
    return {1,
            p_.major,
            p_.minor,
            p_.multiProcessorCount,
            cores,
            clock,
            (long long)p_.totalGlobalMem,
            memory_clock,
            p_.memoryBusWidth,
            p_.l2CacheSize,
            (long long)p_.sharedMemPerBlock,
            (long long)p_.sharedMemPerMultiprocessor,
            p_.maxThreadsPerMultiProcessor,
            p_.warpSize,
            cores * clock * 2 / 1000000,
            memory_clock * p_.memoryBusWidth * 2 / 8000};
  }

 private:
  int number_;
  cudaDeviceProp p_{};
  cudaError_t error_;
};

int devices() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace

extern "C" int ck_device_row(long long* row, int device) {
  std::vector<long long> figures(CK_FIGURES, 0);
  if (device >= 0 && device < devices()) {
    Card card(device);
    if (card.error() == cudaSuccess) figures = card.figures();
    if (card.error() != cudaSuccess) return card.error();
  }
  for (int i = 0; i < CK_FIGURES; i++) row[i] = figures[i];
  return 0;
}

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  *count = devices();
  int error = 0;
  for (int device = 0; device < capacity && !error; device++) {
    error = ck_device_row(table + device * CK_FIGURES, device < *count ? device : -1);
  }
  return error;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  result[0] = result[1] = 0;
  if (devices() == 0) return 0;
  Card card(0);
  int blocks = 0;
  const cudaError_t error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, ck_probe, threads, (size_t)shared_bytes);
  const long long room = card.ask(cudaDevAttrMaxThreadsPerMultiProcessor) / card.ask(cudaDevAttrWarpSize);
  if (error != cudaSuccess) return error;
  result[0] = blocks;
  result[1] = blocks * 1000LL * ((threads + 31) / 32) / room;
  return card.error();
}
