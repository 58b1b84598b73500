// Situations and the error that CUDA 13's documentation names for each. After every one the last error is that one, seen twice by
// cudaPeekAtLastError, taken once by cudaGetLastError; a call that succeeds doesn't touch it.
#include <cstdint>
#include <vector>

#include "check.cuh"

__global__ void kernel(float* x) {
  if (x) x[threadIdx.x] = 1;
}
__global__ void __launch_bounds__(64) small(float* x) { x[threadIdx.x] = 2; }
__constant__ float table[16];
__device__ float state[16];
static float no_symbol[16];
static void no_kernel() {}

struct Fixture {
  float *device, *pinned, *managed, *freed;
  float host[64];
  cudaStream_t stream, no_stream;
  cudaEvent_t event, untimed, no_event;
  cudaMemPool_t pool;
};
static Fixture f;

struct Situation {
  const char* text;
  cudaError_t wanted;
  cudaError_t (*call)();
};
#define ROW(wanted, ...) {#__VA_ARGS__, wanted, [] { return __VA_ARGS__; }}

static int number;
static size_t bytes;
static void* pointer;
static unsigned flags;
static cudaDeviceProp properties;
static cudaFuncAttributes attributes;
static cudaPointerAttributes pointed;
static float milliseconds;
static char text[32];
static const void* const function = reinterpret_cast<const void*>(kernel);
static void* arguments[] = {&f.device};

static cudaError_t launched(dim3 grid, dim3 block, size_t shared, cudaStream_t stream = nullptr) {
  kernel<<<grid, block, shared, stream>>>(f.device);
  return cudaPeekAtLastError();
}

static cudaError_t boxed(void* to, void* from, cudaMemcpyKind kind) {
  cudaMemcpy3DParms box{};
  box.dstPtr = {to, 8, 8, 2};
  box.srcPtr = {from, 8, 8, 2};
  box.extent = {8, 2, 2};
  box.kind = kind;
  return cudaMemcpy3D(&box);
}

static const Situation situations[] = {
    // devices
    ROW(cudaErrorInvalidDevice, cudaSetDevice(-1)),
    ROW(cudaErrorInvalidDevice, cudaSetDevice(99)),
    ROW(cudaErrorInvalidDevice, cudaInitDevice(99, 0, 0)),
    ROW(cudaErrorInvalidValue, cudaGetDeviceCount(nullptr)),
    ROW(cudaErrorInvalidValue, cudaGetDevice(nullptr)),
    ROW(cudaErrorInvalidDevice, cudaGetDeviceProperties(&properties, 99)),
    ROW(cudaErrorInvalidValue, cudaGetDeviceProperties(nullptr, 0)),
    ROW(cudaErrorInvalidDevice, cudaDeviceGetAttribute(&number, cudaDevAttrWarpSize, 99)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetAttribute(&number, static_cast<cudaDeviceAttr>(0), 0)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetAttribute(&number, static_cast<cudaDeviceAttr>(5000), 0)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetAttribute(nullptr, cudaDevAttrWarpSize, 0)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetPCIBusId(text, 5, 0)),
    ROW(cudaErrorInvalidDevice, cudaDeviceGetPCIBusId(text, sizeof text, 99)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetByPCIBusId(&number, nullptr)),
    ROW(cudaErrorInvalidValue, cudaDeviceGetLimit(nullptr, cudaLimitStackSize)),
    ROW(cudaErrorInvalidValue, cudaDeviceSetCacheConfig(static_cast<cudaFuncCache>(9))),
    ROW(cudaErrorInvalidValue, cudaSetDeviceFlags(cudaDeviceScheduleSpin | cudaDeviceScheduleYield)),
    ROW(cudaErrorInvalidValue, cudaSetDeviceFlags(0x4000)),
    ROW(cudaErrorInvalidValue, cudaChooseDevice(&number, nullptr)),
    ROW(cudaErrorInvalidValue, cudaSetValidDevices(nullptr, 1)),
    ROW(cudaErrorInvalidValue, cudaDriverGetVersion(nullptr)),
    ROW(cudaErrorInvalidValue, cudaRuntimeGetVersion(nullptr)),
    ROW(cudaErrorInvalidDevice, cudaDeviceEnablePeerAccess(1, 0)),
    ROW(cudaErrorInvalidValue, cudaDeviceEnablePeerAccess(1, 7)),
    ROW(cudaErrorInvalidDevice, cudaDeviceCanAccessPeer(&number, 0, 1)),
    ROW(cudaErrorInvalidDevice, cudaDeviceDisablePeerAccess(1)),
    // allocation and release
    ROW(cudaErrorInvalidValue, cudaMalloc(static_cast<void**>(nullptr), 4)),
    ROW(cudaErrorMemoryAllocation, cudaMalloc(&pointer, size_t(1) << 50)),
    ROW(cudaSuccess, cudaMalloc(&pointer, 0)),
    ROW(cudaErrorMemoryAllocation, cudaMallocHost(&pointer, size_t(1) << 50)),
    ROW(cudaErrorInvalidValue, cudaMallocHost(static_cast<void**>(nullptr), 4)),
    ROW(cudaErrorInvalidValue, cudaHostAlloc(&pointer, 4, 0x100)),
    ROW(cudaErrorInvalidValue, cudaMallocManaged(&pointer, 0)),
    ROW(cudaErrorInvalidValue, cudaMallocManaged(&pointer, 4, 0x10)),
    ROW(cudaErrorInvalidValue, cudaMallocPitch(&pointer, nullptr, 4, 4)),
    ROW(cudaErrorMemoryAllocation, cudaMallocPitch(&pointer, &bytes, size_t(1) << 20, size_t(1) << 30)),
    ROW(cudaErrorMemoryAllocation, cudaMallocAsync(&pointer, size_t(1) << 50, f.stream)),
    ROW(cudaSuccess, cudaFree(nullptr)),
    ROW(cudaSuccess, cudaFreeHost(nullptr)),
    ROW(cudaErrorInvalidValue, cudaFree(f.freed)),
    ROW(cudaErrorInvalidValue, cudaFree(f.device + 1)),
    ROW(cudaErrorInvalidValue, cudaFree(f.host)),
    ROW(cudaErrorInvalidValue, cudaFree(f.pinned)),
    ROW(cudaErrorInvalidValue, cudaFreeHost(f.device)),
    ROW(cudaErrorInvalidValue, cudaFreeHost(f.host)),
    ROW(cudaErrorInvalidValue, cudaFreeHost(f.managed)),
    ROW(cudaErrorInvalidValue, cudaFreeAsync(f.freed, f.stream)),
    ROW(cudaErrorInvalidValue, cudaHostGetDevicePointer(&pointer, f.host, 0)),
    ROW(cudaErrorInvalidValue, cudaHostGetDevicePointer(&pointer, f.pinned, 1)),
    ROW(cudaErrorInvalidValue, cudaHostGetFlags(&flags, f.host)),
    ROW(cudaErrorInvalidValue, cudaHostRegister(nullptr, 4, 0)),
    ROW(cudaErrorHostMemoryNotRegistered, cudaHostUnregister(f.host)),
    ROW(cudaErrorInvalidValue, cudaMemGetInfo(nullptr, &bytes)),
    ROW(cudaErrorInvalidValue, cudaPointerGetAttributes(nullptr, f.device)),
    ROW(cudaSuccess, cudaPointerGetAttributes(&pointed, f.host)),
    // copies and fills
    ROW(cudaErrorInvalidMemcpyDirection, cudaMemcpy(f.device, f.host, 4, static_cast<cudaMemcpyKind>(7))),
    ROW(cudaErrorInvalidMemcpyDirection, cudaMemcpy2D(f.device, 8, f.host, 8, 4, 1, static_cast<cudaMemcpyKind>(-1))),
    ROW(cudaErrorInvalidValue, cudaMemcpy(nullptr, f.host, 4, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.host, nullptr, 4, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(nullptr, f.device, 4, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.device, nullptr, 4, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(nullptr, f.device, 4, cudaMemcpyDefault)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.device, nullptr, 4, cudaMemcpyDefault)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.host, nullptr, 4, cudaMemcpyHostToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(nullptr, f.host, 4, cudaMemcpyHostToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpyAsync(nullptr, f.device, 4, cudaMemcpyDeviceToHost, f.stream)),
    ROW(cudaErrorInvalidValue, cudaMemcpyAsync(f.device, nullptr, 4, cudaMemcpyHostToDevice, f.stream)),
    ROW(cudaErrorInvalidValue, cudaMemcpy2D(nullptr, 8, f.device, 8, 4, 2, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpy2D(f.device, 8, nullptr, 8, 4, 2, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy2DAsync(f.device, 8, nullptr, 8, 4, 2, cudaMemcpyHostToDevice, f.stream)),
    ROW(cudaErrorInvalidValue, boxed(f.device, nullptr, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, boxed(nullptr, f.device, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpyToSymbol(table, nullptr, 4)),
    ROW(cudaErrorInvalidValue, cudaMemcpyFromSymbol(nullptr, state, 4)),
    ROW(cudaSuccess, cudaMemcpy(nullptr, nullptr, 0, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.device, f.host, 257, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.host, f.device + 60, 17, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.device, f.freed, 4, cudaMemcpyDeviceToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemcpy(f.host, f.device, 4, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidPitchValue, cudaMemcpy2D(f.device, 4, f.host, 8, 8, 2, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidPitchValue, cudaMemcpy2D(f.device, 8, f.host, 4, 8, 2, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidValue, cudaMemset(nullptr, 0, 4)),
    ROW(cudaErrorInvalidValue, cudaMemset(f.host, 0, 4)),
    ROW(cudaErrorInvalidValue, cudaMemset(f.device, 0, 257)),
    ROW(cudaErrorInvalidValue, cudaMemset2D(f.device, 8, 0, 16, 2)),
    ROW(cudaErrorInvalidResourceHandle, cudaMemsetAsync(f.device, 0, 4, f.no_stream)),
    ROW(cudaErrorInvalidResourceHandle, cudaMemcpyAsync(f.device, f.pinned, 4, cudaMemcpyHostToDevice, f.no_stream)),
    ROW(cudaErrorInvalidDevice, cudaMemcpyPeer(f.device, 0, f.device, 2, 4)),
    ROW(cudaErrorInvalidSymbol, cudaMemcpyToSymbol(no_symbol, f.host, 4)),
    ROW(cudaErrorInvalidSymbol, cudaMemcpyFromSymbol(f.host, no_symbol, 4)),
    ROW(cudaErrorInvalidValue, cudaMemcpyToSymbol(table, f.host, 65)),
    ROW(cudaErrorInvalidValue, cudaMemcpyToSymbol(state, f.host, 4, 64)),
    ROW(cudaErrorInvalidMemcpyDirection, cudaMemcpyToSymbol(table, f.host, 4, 0, cudaMemcpyDeviceToHost)),
    ROW(cudaErrorInvalidMemcpyDirection, cudaMemcpyFromSymbol(f.host, state, 4, 0, cudaMemcpyHostToDevice)),
    ROW(cudaErrorInvalidSymbol, cudaGetSymbolAddress(&pointer, no_symbol)),
    ROW(cudaErrorInvalidSymbol, cudaGetSymbolSize(&bytes, no_symbol)),
    ROW(cudaErrorInvalidValue, cudaMemPrefetchAsync(f.device, 4, {cudaMemLocationTypeDevice, 0}, 0)),
    ROW(cudaErrorInvalidValue, cudaMemAdvise(f.device, 4, cudaMemAdviseSetReadMostly, {cudaMemLocationTypeDevice, 0})),
    // streams and events
    ROW(cudaErrorInvalidValue, cudaStreamCreate(nullptr)),
    ROW(cudaErrorInvalidValue, cudaStreamCreateWithFlags(reinterpret_cast<cudaStream_t*>(&pointer), 0x10)),
    ROW(cudaErrorInvalidResourceHandle, cudaStreamSynchronize(f.no_stream)),
    ROW(cudaErrorInvalidResourceHandle, cudaStreamQuery(f.no_stream)),
    ROW(cudaErrorInvalidResourceHandle, cudaStreamDestroy(f.no_stream)),
    ROW(cudaErrorInvalidValue, cudaStreamGetFlags(f.stream, nullptr)),
    ROW(cudaErrorInvalidValue, cudaEventCreate(nullptr)),
    ROW(cudaErrorInvalidValue, cudaEventCreateWithFlags(reinterpret_cast<cudaEvent_t*>(&pointer), 0x40)),
    ROW(cudaErrorInvalidResourceHandle, cudaEventRecord(f.no_event)),
    ROW(cudaErrorInvalidResourceHandle, cudaEventDestroy(f.no_event)),
    ROW(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&milliseconds, f.event, f.untimed)),
    ROW(cudaErrorInvalidValue, cudaEventElapsedTime(nullptr, f.event, f.event)),
    ROW(cudaErrorInvalidValue, cudaLaunchHostFunc(f.stream, nullptr, nullptr)),
    // kernels
    ROW(cudaErrorInvalidDeviceFunction, cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(no_kernel))),
    ROW(cudaErrorInvalidValue, cudaFuncGetAttributes(nullptr, function)),
    ROW(cudaErrorInvalidValue, cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, 1 << 30)),
    ROW(cudaErrorInvalidValue, cudaFuncSetAttribute(function, static_cast<cudaFuncAttribute>(99), 1)),
    ROW(cudaErrorInvalidValue, cudaFuncSetCacheConfig(function, static_cast<cudaFuncCache>(9))),
    ROW(cudaErrorInvalidDeviceFunction, cudaLaunchKernel(reinterpret_cast<const void*>(no_kernel), dim3(1), dim3(1), arguments, 0, nullptr)),
    ROW(cudaErrorInvalidConfiguration, cudaLaunchKernel(function, dim3(1), dim3(1025), arguments, 0, nullptr)),
    ROW(cudaErrorInvalidConfiguration, launched(0, 32, 0)),
    ROW(cudaErrorInvalidConfiguration, launched(1, 0, 0)),
    ROW(cudaErrorInvalidConfiguration, launched(dim3(1, 65536), 32, 0)),
    ROW(cudaErrorInvalidConfiguration, launched(1, dim3(1, 1, 65), 0)),
    ROW(cudaErrorInvalidConfiguration, launched(1, dim3(64, 32), 0)),
    ROW(cudaErrorInvalidValue, launched(1, 32, 1 << 30)),
    ROW(cudaErrorInvalidResourceHandle, launched(1, 32, 0, f.no_stream)),
    ROW(cudaErrorInvalidValue, cudaOccupancyMaxActiveBlocksPerMultiprocessor(nullptr, function, 32, 0)),
    ROW(cudaErrorInvalidValue, cudaOccupancyMaxActiveBlocksPerMultiprocessor(&number, function, 0, 0)),
    ROW(cudaErrorInvalidDeviceFunction, cudaOccupancyMaxActiveBlocksPerMultiprocessor(&number, no_symbol, 32, 0)),
    ROW(cudaErrorInvalidValue, cudaOccupancyAvailableDynamicSMemPerBlock(&bytes, function, 0, 32)),
    // pools
    ROW(cudaErrorInvalidValue, cudaMemPoolCreate(&f.pool, nullptr)),
    ROW(cudaErrorInvalidValue, cudaMallocFromPoolAsync(&pointer, 4, nullptr, f.stream)),
    ROW(cudaErrorInvalidValue, cudaMemPoolDestroy(nullptr)),
};

int main() {
  CHECK(cudaMalloc(&f.device, 256));
  CHECK(cudaMalloc(&f.freed, 256));
  CHECK(cudaMallocHost(&f.pinned, 256));
  CHECK(cudaMallocManaged(&f.managed, 256));
  CHECK(cudaFree(f.freed));
  CHECK(cudaStreamCreate(&f.stream));
  CHECK(cudaStreamCreate(&f.no_stream));
  CHECK(cudaStreamDestroy(f.no_stream));
  CHECK(cudaEventCreate(&f.event));
  CHECK(cudaEventCreateWithFlags(&f.untimed, cudaEventDisableTiming));
  CHECK(cudaEventCreate(&f.no_event));
  CHECK(cudaEventDestroy(f.no_event));
  CHECK(cudaEventRecord(f.event));
  CHECK(cudaEventRecord(f.untimed));
  CHECK(cudaDeviceSynchronize());
  int wrong = 0;
  for (const Situation& s : situations) {
    cudaGetLastError();
    const cudaError_t got = s.call();
    const cudaError_t peeked = cudaPeekAtLastError();
    CHECK(cudaGetDevice(&number));  // succeeds, and leaves the last error alone
    const cudaError_t again = cudaPeekAtLastError(), taken = cudaGetLastError(), after = cudaGetLastError();
    if (got == s.wanted && peeked == s.wanted && again == s.wanted && taken == s.wanted && after == cudaSuccess) continue;
    std::fprintf(stderr, "%s: got %d, peeked %d, again %d, taken %d, after %d; wanted %d\n", s.text, got, peeked, again, taken, after, s.wanted);
    wrong++;
  }
  small<<<1, 65>>>(f.device);  // more than its launch bounds
  EXPECT_ERROR(cudaGetLastError(), cudaErrorLaunchOutOfResources);
  CHECK(cudaDeviceSynchronize());  // none of it has harmed the context
  kernel<<<1, 32>>>(f.device);
  CHECK(cudaDeviceSynchronize());
  CHECK(cudaFree(f.device));
  CHECK(cudaFree(f.managed));
  CHECK(cudaFreeHost(f.pinned));
  CHECK(cudaStreamDestroy(f.stream));
  CHECK(cudaEventDestroy(f.event));
  CHECK(cudaEventDestroy(f.untimed));
  EXPECT(sizeof situations / sizeof *situations >= 100);
  EXPECT(wrong == 0);
  return pass();
}
