// The card's properties and attributes: figures of its profile, and what the emulated GPU can and can't do.
//
// A limit of textures is the hardware's, as programs print it, although textures themselves are refused. What is refused otherwise
// (clusters, sparse arrays, inter-process events, RDMA) is told as missing, so that a program that asks first does without.
#include <cstring>

#include "export.h"

using namespace wg::client;
using wg::wire::DeviceInfo;

namespace {

constexpr int k2D = 131072, k2DHeight = 65536, k3D = 16384, kLayered = 32768, kLayers = 2048, kCubeLayers = 2046;
constexpr int kPciBus = 1, kNvidia = 0x10DE;

int ask_info(Api api, int device, DeviceInfo* info) {
  const Reply reply = ask(Op::device_info, api, Writer().put(static_cast<uint32_t>(device)));
  *info = reply.reader().get<DeviceInfo>();
  return reply.error;
}

// Compute capability 7.5 to 9.0: CUDA C++ Programming Guide, "Technical specifications per compute capability".
void describe_textures(cudaDeviceProp* p) {
  const auto set = [](auto& to, auto... values) {
    const int all[] = {values...};
    static_assert(sizeof to == sizeof all);
    std::memcpy(&to, all, sizeof all);
  };
  p->maxTexture1D = k2D;
  p->maxTexture1DMipmap = kLayered;
  set(p->maxTexture2D, k2D, k2DHeight);
  set(p->maxTexture2DMipmap, kLayered, kLayered);
  set(p->maxTexture2DLinear, k2D, 65000, 2097120);
  set(p->maxTexture2DGather, kLayered, kLayered);
  set(p->maxTexture3D, k3D, k3D, k3D);
  set(p->maxTexture3DAlt, 8192, 8192, 32768);
  p->maxTextureCubemap = kLayered;
  set(p->maxTexture1DLayered, kLayered, kLayers);
  set(p->maxTexture2DLayered, kLayered, kLayered, kLayers);
  set(p->maxTextureCubemapLayered, kLayered, kCubeLayers);
  p->maxSurface1D = kLayered;
  set(p->maxSurface2D, k2D, k2DHeight);
  set(p->maxSurface3D, k3D, k3D, k3D);
  set(p->maxSurface1DLayered, kLayered, kLayers);
  set(p->maxSurface2DLayered, kLayered, kLayered, kLayers);
  p->maxSurfaceCubemap = kLayered;
  set(p->maxSurfaceCubemapLayered, kLayered, kCubeLayers);
  p->textureAlignment = 512;
  p->texturePitchAlignment = 32;
  p->surfaceAlignment = 512;
}

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
  describe_textures(p);
  p->multiProcessorCount = d.sm_count;
  p->canMapHostMemory = 1;
  p->concurrentKernels = 1;
  p->ECCEnabled = 1;
  p->pciBusID = kPciBus;
  p->asyncEngineCount = d.copy_engines;
  p->unifiedAddressing = 1;
  p->memoryBusWidth = d.memory_bus_bits;
  p->l2CacheSize = d.l2_bytes;
  p->persistingL2CacheMaxSize = d.l2_persisting_bytes;
  p->maxThreadsPerMultiProcessor = d.warps_per_sm * 32;
  p->streamPrioritiesSupported = 1;
  p->globalL1CacheSupported = p->localL1CacheSupported = 1;
  p->sharedMemPerMultiprocessor = static_cast<size_t>(d.shared_bytes_per_sm);
  p->regsPerMultiprocessor = d.registers_per_sm;
  p->managedMemory = 1;
  p->concurrentManagedAccess = 1;
  p->computePreemptionSupported = 1;
  p->canUseHostPointerForRegisteredMem = 1;
  p->cooperativeLaunch = 1;
  p->sharedMemPerBlockOptin = static_cast<size_t>(d.shared_bytes_per_block_optin);
  p->maxBlocksPerMultiProcessor = d.blocks_per_sm;
  p->accessPolicyMaxWindowSize = d.l2_window_bytes;
  p->reservedSharedMemPerBlock = static_cast<size_t>(d.system_shared_bytes);
  p->hostRegisterSupported = 1;
  p->memoryPoolsSupported = 1;
  p->memoryPoolSupportedHandleTypes = 1;  // POSIX file descriptors
  p->hostNumaId = -1;
  p->gpuPciDeviceID = static_cast<unsigned>(d.pci_device) << 16 | kNvidia;
}

struct Attribute {
  int number;  // cudaDeviceAttr, CUDA 13
  int (*value)(const DeviceInfo& d, const cudaDeviceProp& p);
};

constexpr Attribute kAttributes[] = {
#define A(number, expression)                                 \
  {number, [](const DeviceInfo& d, const cudaDeviceProp& p) { \
     (void)d;                                                 \
     (void)p;                                                 \
     return static_cast<int>(expression);                     \
   }},
#include "attributes.inc"
#undef A
};

}  // namespace

bool wg::client::is_device(int device) {
  if (device <= 0) return device == 0;
  DeviceInfo info;
  return ask_info(Api::none, 0, &info) == kSuccess && device < info.cards;
}

extern "C" {

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  constexpr Api api = Api::cudaGetDeviceProperties;
  if (!properties) return finish(api, kInvalidValue);
  if (device < 0) return finish(api, kInvalidDevice);
  DeviceInfo info;
  const int error = ask_info(api, device, &info);
  if (error) return error;
  describe(info, properties);
  properties->pciBusID = kPciBus + device;
  return kSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, int which, int device) {
  constexpr Api api = Api::cudaDeviceGetAttribute;
  if (!value) return finish(api, kInvalidValue);
  if (device < 0) return finish(api, kInvalidDevice);
  for (const Attribute& attribute : kAttributes) {
    if (attribute.number != which) continue;
    DeviceInfo info;
    if (const int error = ask_info(api, device, &info)) return error;
    cudaDeviceProp properties;
    describe(info, &properties);
    properties.pciBusID = kPciBus + device;
    *value = attribute.value(info, properties);
    return kSuccess;
  }
  return finish(api, kInvalidValue);
}

}  // extern "C"
