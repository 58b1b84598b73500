// Questions with small answers: peers, PCI addresses, names and parameters of kernels, streams' identities and attributes, bank sizes.
#include "check.cuh"

struct Odd {
  char c[3];
};

__global__ void kernel(float* p, char c, Odd o, double d) { p[0] = c + o.c[0] + static_cast<float>(d); }

int main() {
  int value = -1, device = -1;
  CHECK(cudaDeviceCanAccessPeer(&value, 0, 0));
  EXPECT(value == 0);
  EXPECT_ERROR(cudaDeviceDisablePeerAccess(0), cudaErrorPeerAccessNotEnabled);
  EXPECT_ERROR(cudaDeviceEnablePeerAccess(0, 0), cudaErrorInvalidDevice);
  EXPECT_ERROR(cudaDeviceGetP2PAttribute(&value, cudaDevP2PAttrAccessSupported, 0, 0), cudaErrorInvalidDevice);
  char bus[32];
  CHECK(cudaDeviceGetPCIBusId(bus, sizeof bus, 0));
  CHECK(cudaDeviceGetByPCIBusId(&device, bus));
  EXPECT(device == 0);
  EXPECT_ERROR(cudaDeviceGetByPCIBusId(&device, "no address"), cudaErrorInvalidValue);

  const char* name = nullptr;
  CHECK(cudaFuncGetName(&name, reinterpret_cast<const void*>(kernel)));
  EXPECT(!std::strcmp(name, "_Z6kernelPfc3Oddd"));
  const size_t offsets[] = {0, 8, 9, 16}, sizes[] = {8, 1, 3, 8};
  for (size_t i = 0; i < 4; i++) {
    size_t offset = 99, bytes = 99;
    CHECK(cudaFuncGetParamInfo(reinterpret_cast<const void*>(kernel), i, &offset, &bytes));
    EXPECT(offset == offsets[i] && bytes == sizes[i]);
  }
  size_t offset;
  EXPECT_ERROR(cudaFuncGetParamInfo(reinterpret_cast<const void*>(kernel), 4, &offset, nullptr), cudaErrorInvalidValue);
  cudaFunction_t function;
  cudaKernel_t handle;
  CHECK(cudaGetFuncBySymbol(&function, reinterpret_cast<const void*>(kernel)));
  CHECK(cudaGetKernel(&handle, reinterpret_cast<const void*>(kernel)));
  EXPECT(function && handle);
  CHECK(cudaKernelSetAttributeForDevice(handle, cudaFuncAttributeMaxDynamicSharedMemorySize, 50000, 0));
  cudaFuncAttributes attributes;
  CHECK(cudaFuncGetAttributes(&attributes, kernel));
  EXPECT(attributes.maxDynamicSharedSizeBytes == 50000);
  EXPECT_ERROR(cudaKernelSetAttributeForDevice(handle, cudaFuncAttributeMaxDynamicSharedMemorySize, 50000, 1), cudaErrorInvalidDevice);
  CHECK(cudaFuncSetSharedMemConfig(reinterpret_cast<const void*>(kernel), cudaSharedMemBankSizeEightByte));
  CHECK(cudaDeviceSetSharedMemConfig(cudaSharedMemBankSizeEightByte));
  cudaSharedMemConfig config;
  CHECK(cudaDeviceGetSharedMemConfig(&config));
  EXPECT(config == cudaSharedMemBankSizeFourByte);
  CHECK(cudaCtxResetPersistingL2Cache());

  cudaStream_t a, b;
  int least = 0, greatest = 0;
  CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  CHECK(cudaStreamCreateWithPriority(&a, cudaStreamNonBlocking, greatest));
  CHECK(cudaStreamCreate(&b));
  unsigned long long ids[3];
  CHECK(cudaStreamGetId(nullptr, ids));
  CHECK(cudaStreamGetId(a, ids + 1));
  CHECK(cudaStreamGetId(b, ids + 2));
  EXPECT(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
  CHECK(cudaStreamGetDevice(a, &device));
  EXPECT(device == 0);
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusActive;
  CHECK(cudaStreamIsCapturing(a, &status));
  EXPECT(status == cudaStreamCaptureStatusNone);
  status = cudaStreamCaptureStatusActive;
  CHECK(cudaStreamGetCaptureInfo(a, &status));
  EXPECT(status == cudaStreamCaptureStatusNone);
  cudaStreamAttrValue wish = {}, found = {};
  CHECK(cudaStreamGetAttribute(a, cudaStreamAttributePriority, &found));
  EXPECT(found.priority == greatest);
  wish.syncPolicy = cudaSyncPolicyYield;
  CHECK(cudaStreamSetAttribute(a, cudaStreamAttributeSynchronizationPolicy, &wish));
  CHECK(cudaStreamGetAttribute(b, cudaStreamAttributeSynchronizationPolicy, &found));
  EXPECT(found.syncPolicy == cudaSyncPolicyAuto);
  CHECK(cudaStreamCopyAttributes(b, a));
  CHECK(cudaStreamGetAttribute(b, cudaStreamAttributeSynchronizationPolicy, &found));
  EXPECT(found.syncPolicy == cudaSyncPolicyYield);
  float* p;
  CHECK(cudaMalloc(&p, 1024));
  wish = {};
  wish.accessPolicyWindow.base_ptr = p;
  wish.accessPolicyWindow.num_bytes = 1024;
  wish.accessPolicyWindow.hitRatio = 0.5f;
  wish.accessPolicyWindow.hitProp = cudaAccessPropertyPersisting;
  wish.accessPolicyWindow.missProp = cudaAccessPropertyStreaming;
  CHECK(cudaStreamSetAttribute(a, cudaStreamAttributeAccessPolicyWindow, &wish));
  CHECK(cudaStreamGetAttribute(a, cudaStreamAttributeAccessPolicyWindow, &found));
  EXPECT(found.accessPolicyWindow.base_ptr == p && found.accessPolicyWindow.hitRatio == 0.5f);
  wish.accessPolicyWindow.hitRatio = 1.5f;
  EXPECT_ERROR(cudaStreamSetAttribute(a, cudaStreamAttributeAccessPolicyWindow, &wish), cudaErrorInvalidValue);
  CHECK(cudaFree(p));
  CHECK(cudaStreamDestroy(a));
  CHECK(cudaStreamDestroy(b));
  EXPECT_ERROR(cudaStreamGetId(a, ids), cudaErrorInvalidResourceHandle);
  return pass();
}
