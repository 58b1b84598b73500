// What programs ask about the device. There is one, number 0.
#include <sys/mman.h>

#include <cstdio>
#include <cstring>

#include "../core/memory.h"
#include "export.h"
#include "registry.h"

using namespace wg::client;
using wg::wire::DeviceInfo;

namespace {

constexpr int kVersion = 13000;
constexpr int kMaxAttribute = 147;

int device_info(Api api, DeviceInfo* info) {
  const Reply reply = ask(Op::device_info, api);
  auto in = reply.reader();
  *info = in.get<DeviceInfo>();
  return reply.error;
}

// Zero is the answer for all that this device lacks: textures, peers, clusters, …
void describe(const DeviceInfo& d, cudaDeviceProp* p) {
  *p = {};
  std::memcpy(p->name, d.name, sizeof d.name);
  p->name[sizeof d.name] = '\0';
  std::memcpy(p->uuid, "warpgrade-device", sizeof p->uuid);
  p->totalGlobalMem = d.memory_bytes;
  p->sharedMemPerBlock = static_cast<size_t>(d.shared_bytes_per_block);
  p->regsPerBlock = d.registers_per_block;
  p->warpSize = 32;
  p->memPitch = 2147483647;
  p->maxThreadsPerBlock = d.threads_per_block;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
  p->maxThreadsDim[2] = 64;
  p->maxGridSize[0] = 2147483647;
  p->maxGridSize[1] = p->maxGridSize[2] = 65535;
  p->totalConstMem = 65536;
  p->major = d.major;
  p->minor = d.minor;
  p->textureAlignment = 512;
  p->texturePitchAlignment = 32;
  p->multiProcessorCount = d.sm_count;
  p->canMapHostMemory = 1;
  p->surfaceAlignment = 512;
  p->concurrentKernels = 1;
  p->ECCEnabled = 1;
  p->asyncEngineCount = d.copy_engines;
  p->unifiedAddressing = 1;
  p->memoryBusWidth = d.memory_bus_bits;
  p->l2CacheSize = d.l2_bytes;
  p->maxThreadsPerMultiProcessor = d.warps_per_sm * 32;
  p->streamPrioritiesSupported = 1;
  p->globalL1CacheSupported = p->localL1CacheSupported = 1;
  p->sharedMemPerMultiprocessor = static_cast<size_t>(d.shared_bytes_per_sm);
  p->regsPerMultiprocessor = d.registers_per_sm;
  p->managedMemory = 1;
  p->concurrentManagedAccess = 1;
  p->cooperativeLaunch = 1;
  p->computePreemptionSupported = 1;
  p->sharedMemPerBlockOptin = static_cast<size_t>(d.shared_bytes_per_block_optin);
  p->maxBlocksPerMultiProcessor = d.blocks_per_sm;
  p->reservedSharedMemPerBlock = d.major >= 8 ? 1024 : 0;
  p->memoryPoolsSupported = 1;
  p->memoryPoolSupportedHandleTypes = 1;  // POSIX file descriptors
}

// cudaDeviceAttr numbers, CUDA 13.
int attribute(const DeviceInfo& d, const cudaDeviceProp& p, int which) {
  switch (which) {
    case 1: return p.maxThreadsPerBlock;
    case 2: return p.maxThreadsDim[0];
    case 3: return p.maxThreadsDim[1];
    case 4: return p.maxThreadsDim[2];
    case 5: return p.maxGridSize[0];
    case 6: return p.maxGridSize[1];
    case 7: return p.maxGridSize[2];
    case 8: return d.shared_bytes_per_block;
    case 9: return 65536;
    case 10: return 32;
    case 11: return 2147483647;
    case 12: return p.regsPerBlock;
    case 13: return d.clock_khz;
    case 14: return 512;
    case 15: return d.copy_engines > 0;
    case 16: return d.sm_count;
    case 19: return p.canMapHostMemory;
    case 30: return 512;
    case 31: return p.concurrentKernels;
    case 32: return p.ECCEnabled;
    case 36: return d.memory_clock_khz;
    case 37: return d.memory_bus_bits;
    case 38: return d.l2_bytes;
    case 39: return p.maxThreadsPerMultiProcessor;
    case 40: return d.copy_engines;
    case 41: return p.unifiedAddressing;
    case 51: return 32;
    case 75: return d.major;
    case 76: return d.minor;
    case 78: return p.streamPrioritiesSupported;
    case 79:
    case 80: return 1;
    case 81: return d.shared_bytes_per_sm;
    case 82: return d.registers_per_sm;
    case 83: return p.managedMemory;
    case 87: return d.major == 7 || d.minor != 0 ? 32 : 2;
    case 89: return p.concurrentManagedAccess;
    case 90: return p.computePreemptionSupported;
    case 95: return p.cooperativeLaunch;
    case 97: return d.shared_bytes_per_block_optin;
    case 106: return d.blocks_per_sm;
    case 111: return static_cast<int>(p.reservedSharedMemPerBlock);
    case 115: return p.memoryPoolsSupported;
    case 119: return static_cast<int>(p.memoryPoolSupportedHandleTypes);
    default: return 0;
  }
}

int only_device_zero(Api api, int device) { return finish(api, device == 0 ? kSuccess : kInvalidDevice); }

int store(Api api, int* result, int value) {
  const int error = finish(api, result ? kSuccess : kInvalidValue);
  if (!error) *result = value;
  return error;
}

}  // namespace

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  if (!count) return finish(Api::cudaGetDeviceCount, kInvalidValue);
  const int error = finish(Api::cudaGetDeviceCount, kSuccess);
  *count = error ? 0 : 1;
  return error;
}

cudaError_t cudaGetDevice(int* device) { return store(Api::cudaGetDevice, device, 0); }
cudaError_t cudaSetDevice(int device) { return only_device_zero(Api::cudaSetDevice, device); }
cudaError_t cudaInitDevice(int device, unsigned, unsigned) { return only_device_zero(Api::cudaInitDevice, device); }
cudaError_t cudaSetValidDevices(int* devices, int count) {
  return finish(Api::cudaSetValidDevices, devices && count == 1 && devices[0] == 0 ? kSuccess : kInvalidValue);
}
cudaError_t cudaChooseDevice(int* device, const cudaDeviceProp*) { return store(Api::cudaChooseDevice, device, 0); }

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (!properties) return finish(Api::cudaGetDeviceProperties, kInvalidValue);
  if (device != 0) return finish(Api::cudaGetDeviceProperties, kInvalidDevice);
  DeviceInfo info;
  const int error = device_info(Api::cudaGetDeviceProperties, &info);
  if (!error) describe(info, properties);
  return error;
}

cudaError_t cudaDeviceGetAttribute(int* value, int which, int device) {
  if (!value || which <= 0 || which > kMaxAttribute) return finish(Api::cudaDeviceGetAttribute, kInvalidValue);
  if (device != 0) return finish(Api::cudaDeviceGetAttribute, kInvalidDevice);
  DeviceInfo info;
  const int error = device_info(Api::cudaDeviceGetAttribute, &info);
  if (error) return error;
  cudaDeviceProp properties;
  describe(info, &properties);
  *value = attribute(info, properties, which);
  return kSuccess;
}

cudaError_t cudaDeviceGetPCIBusId(char* text, int size, int device) {
  if (!text || size < 13) return finish(Api::cudaDeviceGetPCIBusId, kInvalidValue);
  std::snprintf(text, static_cast<size_t>(size), "0000:00:00.0");
  return only_device_zero(Api::cudaDeviceGetPCIBusId, device);
}

cudaError_t cudaDeviceSynchronize() { return tell(Op::device_synchronize, Api::cudaDeviceSynchronize); }

cudaError_t cudaDeviceReset() {
  std::lock_guard lock(Connection::get().mutex());
  const int error = tell(Op::device_reset, Api::cudaDeviceReset);
  mmap(pointer(wg::kMappedBase), wg::kMappedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  forget_device();
  return error;
}

cudaError_t cudaDeviceSetLimit(int which, size_t value) {
  return tell(Op::limit, Api::cudaDeviceSetLimit,
              Writer().put(uint8_t{1}).put(static_cast<uint32_t>(which)).put(static_cast<uint64_t>(value)));
}

cudaError_t cudaDeviceGetLimit(size_t* value, int which) {
  if (!value) return finish(Api::cudaDeviceGetLimit, kInvalidValue);
  const Reply reply = ask(Op::limit, Api::cudaDeviceGetLimit, Writer().put(uint8_t{0}).put(static_cast<uint32_t>(which)).put(uint64_t{0}));
  if (!reply.error) *value = reply.reader().get<uint64_t>();
  return reply.error;
}

cudaError_t cudaDeviceSetCacheConfig(int) { return finish(Api::cudaDeviceSetCacheConfig, kSuccess); }
cudaError_t cudaDeviceGetCacheConfig(int* config) { return store(Api::cudaDeviceGetCacheConfig, config, 0); }
cudaError_t cudaSetDeviceFlags(unsigned) { return finish(Api::cudaSetDeviceFlags, kSuccess); }
cudaError_t cudaGetDeviceFlags(unsigned* flags) {
  const int error = finish(Api::cudaGetDeviceFlags, flags ? kSuccess : kInvalidValue);
  if (!error) *flags = 8;  // cudaDeviceMapHost
  return error;
}

cudaError_t cudaDeviceCanAccessPeer(int* can, int, int) { return store(Api::cudaDeviceCanAccessPeer, can, 0); }
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  const int error = finish(Api::cudaDeviceGetStreamPriorityRange, kSuccess);
  if (!error && least) *least = 0;
  if (!error && greatest) *greatest = -5;
  return error;
}

// Versions are known with no device at hand.
cudaError_t cudaDriverGetVersion(int* version) {
  if (!version) return finish(Api::cudaDriverGetVersion, kInvalidValue);
  *version = kVersion;
  return kSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  if (!version) return finish(Api::cudaRuntimeGetVersion, kInvalidValue);
  *version = kVersion;
  return kSuccess;
}

cudaError_t cudaProfilerStart() { return finish(Api::cudaProfilerStart, kSuccess); }
cudaError_t cudaProfilerStop() { return finish(Api::cudaProfilerStop, kSuccess); }

cudaChannelFormatDesc cudaCreateChannelDesc(int x, int y, int z, int w, int f) { return {x, y, z, w, f}; }

}  // extern "C"
