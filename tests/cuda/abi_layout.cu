// Our own declarations of the runtime's structures have the layout of NVIDIA's.
#include <cstddef>
#include <cstdint>
#include "check.cuh"

namespace ours {
#include "../../grader/emulator/cuda_runtime/abi.h"
}

#define SAME_SIZE(type) static_assert(sizeof(ours::type) == sizeof(::type))
#define SAME_PLACE(type, member) static_assert(offsetof(ours::type, member) == offsetof(::type, member))

SAME_SIZE(cudaDeviceProp);
SAME_PLACE(cudaDeviceProp, luidDeviceNodeMask);
SAME_PLACE(cudaDeviceProp, totalGlobalMem);
SAME_PLACE(cudaDeviceProp, maxThreadsDim);
SAME_PLACE(cudaDeviceProp, textureAlignment);
SAME_PLACE(cudaDeviceProp, canMapHostMemory);
SAME_PLACE(cudaDeviceProp, surfaceAlignment);
SAME_PLACE(cudaDeviceProp, concurrentKernels);
SAME_PLACE(cudaDeviceProp, l2CacheSize);
SAME_PLACE(cudaDeviceProp, sharedMemPerMultiprocessor);
SAME_PLACE(cudaDeviceProp, managedMemory);
SAME_PLACE(cudaDeviceProp, cooperativeLaunch);
SAME_PLACE(cudaDeviceProp, sharedMemPerBlockOptin);
SAME_PLACE(cudaDeviceProp, maxBlocksPerMultiProcessor);
SAME_PLACE(cudaDeviceProp, reservedSharedMemPerBlock);
SAME_PLACE(cudaDeviceProp, memoryPoolsSupported);
SAME_PLACE(cudaDeviceProp, hostNumaMultinodeIpcSupported);
SAME_SIZE(cudaPointerAttributes);
SAME_PLACE(cudaPointerAttributes, hostPointer);
SAME_SIZE(cudaFuncAttributes);
SAME_PLACE(cudaFuncAttributes, numRegs);
SAME_PLACE(cudaFuncAttributes, maxDynamicSharedSizeBytes);
SAME_PLACE(cudaFuncAttributes, nonPortableClusterSizeAllowed);
SAME_SIZE(cudaLaunchAttribute);
static_assert(offsetof(ours::cudaLaunchAttribute, value) == offsetof(::cudaLaunchAttribute, val));
SAME_SIZE(cudaLaunchConfig_t);
SAME_PLACE(cudaLaunchConfig_t, stream);
SAME_PLACE(cudaLaunchConfig_t, numAttrs);
SAME_SIZE(cudaChannelFormatDesc);
SAME_SIZE(cudaMemPoolProps);
SAME_PLACE(cudaMemPoolProps, location);
SAME_PLACE(cudaMemPoolProps, maxSize);
SAME_PLACE(cudaMemPoolProps, reserved);
SAME_SIZE(cudaMemPoolPtrExportData);
SAME_PLACE(cudaDeviceProp, memoryPoolSupportedHandleTypes);
SAME_SIZE(cudaPitchedPtr);
SAME_SIZE(cudaExtent);
SAME_SIZE(cudaPos);
SAME_SIZE(cudaMemcpy3DParms);
SAME_PLACE(cudaMemcpy3DParms, dstPos);
SAME_PLACE(cudaMemcpy3DParms, kind);
SAME_SIZE(cudaMemcpy3DPeerParms);
SAME_PLACE(cudaMemcpy3DPeerParms, dstDevice);
SAME_PLACE(cudaMemcpy3DPeerParms, extent);
SAME_SIZE(cudaMemAccessDesc);
SAME_PLACE(cudaDeviceProp, maxTexture3DAlt);
SAME_PLACE(cudaDeviceProp, maxSurface1D);
SAME_PLACE(cudaDeviceProp, maxSurfaceCubemapLayered);
static_assert(sizeof(ours::dim3) == sizeof(::dim3));

int main() { return pass(); }
