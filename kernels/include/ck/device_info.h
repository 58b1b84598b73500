// ck/device_info.h: the contract of assignment 02_device_info. It is -include'd in front of device_info.cu, so a function with another
// signature is nvcc's own error on the student's line.
//
//   ck_device_table   *count <- how many devices there are, and one row of `table` for each of the first `capacity` of them, device 0
//                     first; the rows that are left get zeros. *count may be more than capacity
//   ck_device_row     row <- the figures of one device. If there is no device of that number, be it negative: all zeros
//   ck_occupancy      result[0] <- how many blocks of ck_probe with `threads` threads and `shared_bytes` bytes of dynamic shared memory
//                     fit on one multiprocessor of device 0 at a time; result[1] <- the warps of those blocks in per mille of the warps
//                     that fit, rounded down. 0 and 0 if such a block can't be launched there at all
//
//   table, row, count, result   memory of the host; written, never read. With capacity == 0 `table` isn't written and may be null
//   capacity >= 0, threads >= 1, shared_bytes >= 0
//
// Rules
//   - "No device" is an answer and no error: the count is 0, rows are zeros, the occupancy is 0 and 0, and 0 is returned. A driver that is
//     missing or too old is an error.
//   - The functions only ask. They allocate no device memory, launch nothing, and leave the current device as it was.
//   - They are quick: a few calls of the runtime for each device, not one for each figure. cudaGetDeviceProperties tells most.
//   - No figure of a particular card stands in the code. What the runtime doesn't say (arithmetic units of a multiprocessor) comes from
//     the compute capability, by this table:
//       7.0, 7.5, 8.0: 64        8.6, 8.7, 8.9, 9.0 and later: 128
//
// Each function returns 0, or the cudaError_t of the first call that failed for another reason than that a device isn't there.
#pragma once
#include <cuda_runtime.h>

// The figures of a row, by their place in it.
enum ck_figure {
  CK_EXISTS,  // 1; 0 in a row of zeros
  CK_MAJOR,   // compute capability
  CK_MINOR,
  CK_MULTIPROCESSORS,
  CK_CORES,         // fp32 units of all multiprocessors
  CK_CLOCK_KHZ,     // of the multiprocessors
  CK_MEMORY_BYTES,  // of global memory
  CK_MEMORY_CLOCK_KHZ,
  CK_MEMORY_BUS_BITS,
  CK_L2_BYTES,
  CK_SHARED_BYTES_PER_BLOCK,  // that a block gets without asking for more
  CK_SHARED_BYTES_PER_MULTIPROCESSOR,
  CK_THREADS_PER_MULTIPROCESSOR,  // that can be resident
  CK_WARP_SIZE,
  CK_GFLOPS,           // at best, in fp32: each core ends one multiply-add, two operations, a clock; rounded down
  CK_MEGABYTES_PER_S,  // of global memory at best: in each of its clocks, twice the bits of the bus; rounded down, 1 MB = 10^6 bytes
  CK_FIGURES           // how many there are
};

#ifdef __CUDACC__
// The kernel of ck_occupancy: 1,024 bytes of shared memory, few registers. It is never launched.
static __global__ void ck_probe(float* out) {
  __shared__ float kept[256];
  kept[threadIdx.x % 256] = out[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = kept[(threadIdx.x + 1) % 256];
}
#endif

#ifdef __cplusplus
extern "C" {
#endif

int ck_device_table(long long* table, long long* count, int capacity);  // table: capacity x CK_FIGURES numbers, row by row
int ck_device_row(long long* row, int device);
int ck_occupancy(long long* result, int threads, int shared_bytes);

#ifdef __cplusplus
}
#endif
