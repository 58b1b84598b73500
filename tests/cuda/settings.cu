// Settings that change no result, and the questions that tell them again: devices, flags, caches, limits, streams, profilers, versions.
#include "check.cuh"

extern "C" cudaError_t cudaProfilerStart();  // cuda_profiler_api.h, which the compiler's packages don't bring
extern "C" cudaError_t cudaProfilerStop();

__global__ void kernel(float* x) { x[threadIdx.x] = 1; }

int main() {
  int value = -1, zero = 0;
  CHECK(cudaDriverGetVersion(&value));
  EXPECT(value >= 13000);
  CHECK(cudaRuntimeGetVersion(&value));
  EXPECT(value >= 13000 && value < 14000);
  CHECK(cudaInitDevice(0, cudaDeviceScheduleSpin, cudaInitDeviceFlagsAreValid));
  CHECK(cudaSetValidDevices(&zero, 1));
  cudaDeviceProp wanted = {};
  CHECK(cudaChooseDevice(&value, &wanted));
  EXPECT(value == 0);
  unsigned flags = 0;
  CHECK(cudaSetDeviceFlags(cudaDeviceScheduleYield));
  CHECK(cudaGetDeviceFlags(&flags));
  EXPECT((flags & cudaDeviceScheduleMask) == cudaDeviceScheduleYield);

  cudaFuncCache config;
  CHECK(cudaDeviceSetCacheConfig(cudaFuncCachePreferL1));
  CHECK(cudaDeviceGetCacheConfig(&config));
  EXPECT(config == cudaFuncCachePreferL1 || config == cudaFuncCachePreferNone);
  CHECK(cudaFuncSetCacheConfig(kernel, cudaFuncCachePreferShared));
  size_t limit = 0;
  CHECK(cudaDeviceSetLimit(cudaLimitPrintfFifoSize, 2 << 20));
  CHECK(cudaDeviceGetLimit(&limit, cudaLimitPrintfFifoSize));
  EXPECT(limit >= 2 << 20);
  CHECK(cudaProfilerStart());
  CHECK(cudaProfilerStop());

  int blocks = 0;
  size_t room = 0;
  CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, reinterpret_cast<const void*>(kernel), 128, 0));
  EXPECT(blocks >= 8);
  CHECK(cudaOccupancyAvailableDynamicSMemPerBlock(&room, reinterpret_cast<const void*>(kernel), 2, 128));
  EXPECT(room >= 16384);

  cudaStream_t stream;
  int priority = 1, least = 0, greatest = 0;
  CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  CHECK(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest));
  CHECK(cudaStreamGetFlags(stream, &flags));
  EXPECT(flags == cudaStreamNonBlocking);
  CHECK(cudaStreamGetPriority(stream, &priority));
  EXPECT(priority == greatest);
  cudaEvent_t event;
  CHECK(cudaEventCreate(&event));
  CHECK(cudaEventRecordWithFlags(event, stream, cudaEventRecordDefault));
  CHECK(cudaEventSynchronize(event));
  CHECK(cudaEventDestroy(event));
  CHECK(cudaStreamDestroy(stream));

  const cudaChannelFormatDesc format = cudaCreateChannelDesc(32, 0, 0, 0, cudaChannelFormatKindFloat);
  EXPECT(format.x == 32 && format.y == 0 && format.f == cudaChannelFormatKindFloat);
  void* pinned = nullptr;
  CHECK(cudaMallocHost(&pinned, 64));
  std::memset(pinned, 1, 64);
  CHECK(cudaFreeHost(pinned));
  EXPECT(!std::strcmp(cudaGetErrorName(cudaSuccess), "cudaSuccess") && !std::strcmp(cudaGetErrorString(cudaSuccess), "no error"));
  return pass();
}
