// devices.cu: prints what your functions say. Not handed in.
//
//   grader nvcc --profile t4 -Iinclude -o devices devices.cu device_info.cu    the oldest card that you will show it
//   grader exec -- ./devices                            the emulated a100; a machine with GPUs runs ./devices as it is
//   grader exec --devices t4,h100 -- ./devices          two cards; --devices none: a machine without any
#include <cstdio>

#include "ck/device_info.h"

namespace {

constexpr int kCapacity = 8;
constexpr const char* kNames[CK_FIGURES] = {"exists",
                                            "compute capability",
                                            "",
                                            "multiprocessors",
                                            "cores",
                                            "clock [kHz]",
                                            "memory [bytes]",
                                            "memory clock [kHz]",
                                            "memory bus [bits]",
                                            "L2 [bytes]",
                                            "shared [bytes/block]",
                                            "shared [bytes/SM]",
                                            "threads/SM",
                                            "warp size",
                                            "peak [Gflop/s]",
                                            "peak [MB/s]"};

}  // namespace

int main() {
  long long table[kCapacity * CK_FIGURES] = {}, count = 0;
  if (const int error = ck_device_table(table, &count, kCapacity)) {
    std::printf("ck_device_table: %s\n", cudaGetErrorString(static_cast<cudaError_t>(error)));
    return 1;
  }
  std::printf("devices: %lld\n", count);
  for (long long device = 0; device < count && device < kCapacity; ++device) {
    const long long* row = table + device * CK_FIGURES;
    std::printf("\ndevice %lld\n", device);
    for (int figure = 0; figure < CK_FIGURES; ++figure) {
      if (figure == CK_MAJOR) {
        std::printf("  %-22s %lld.%lld\n", kNames[figure], row[CK_MAJOR], row[CK_MINOR]);
      } else if (figure != CK_MINOR) {
        std::printf("  %-22s %lld\n", kNames[figure], row[figure]);
      }
    }
  }
  for (int threads = 32; threads <= 1024; threads *= 2) {
    long long result[2] = {};
    if (const int error = ck_occupancy(result, threads, 0)) {
      std::printf("\nck_occupancy: %s\n", cudaGetErrorString(static_cast<cudaError_t>(error)));
      return 1;
    }
    std::printf("\nck_probe with %d threads: %lld blocks, %lld per mille", threads, result[0], result[1]);
  }
  std::printf("\n");
  return 0;
}
