// device_info.cu: what this machine's GPUs can do. The contract stands in ck/device_info.h.
#include "ck/device_info.h"

#include "ck/check.cuh"

namespace {

// TODO: what the runtime doesn't say: cores of a multiprocessor, by the compute capability.

}  // namespace

extern "C" int ck_device_table(long long* table, long long* count, int capacity) {
  // TODO: how many devices are there, and what do you do if there is none?
  return cudaSuccess;
}

extern "C" int ck_device_row(long long* row, int device) {
  // TODO: is there a device of this number? Then its figures.
  return cudaSuccess;
}

extern "C" int ck_occupancy(long long* result, int threads, int shared_bytes) {
  // TODO: ask the runtime how many blocks of ck_probe fit, and compute the share of the warps.
  return cudaSuccess;
}
