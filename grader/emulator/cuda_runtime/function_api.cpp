// Handles and names of kernels, and the settings of theirs that change no result.
#include "export.h"
#include "registry.h"

using namespace wg::client;

namespace {

bool bank_size(int config) { return config >= 0 && config <= 2; }  // of shared memory: default, 4 bytes, 8 bytes

// A kernel's handle is its host function, as __cudaGetKernel says.
int handle_of(Api api, void** handle, const void* function) {
  if (!handle) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  *handle = const_cast<void*>(function);
  return finish(api, kSuccess);
}

}  // namespace

extern "C" {

cudaError_t cudaFuncGetName(const char** name, const void* function) {
  constexpr Api api = Api::cudaFuncGetName;
  if (!name) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  *name = kernel.name;
  return finish(api, kSuccess);
}

cudaError_t cudaFuncGetParamInfo(const void* function, size_t index, size_t* offset, size_t* bytes) {
  constexpr Api api = Api::cudaFuncGetParamInfo;
  if (!offset) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  if (index >= kernel.params.size()) return finish(api, kInvalidValue);
  *offset = kernel.params[index].first;
  if (bytes) *bytes = kernel.params[index].second;
  return finish(api, kSuccess);
}

cudaError_t cudaGetFuncBySymbol(void** function, const void* symbol) { return handle_of(Api::cudaGetFuncBySymbol, function, symbol); }
cudaError_t cudaGetKernel(void** kernel, const void* function) { return handle_of(Api::cudaGetKernel, kernel, function); }

cudaError_t cudaKernelSetAttributeForDevice(void* function, int attribute, int value, int device) {
  constexpr Api api = Api::cudaKernelSetAttributeForDevice;
  if (device != 0) return finish(api, kInvalidDevice);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  kernel_changed(function);
  return tell(Op::kernel_attribute, api, Writer().put(kernel.number).put(static_cast<int32_t>(attribute)).put(static_cast<int32_t>(value)));
}

// The banks of shared memory are 4 bytes wide since compute capability 5.0, whatever is asked for.
cudaError_t cudaFuncSetSharedMemConfig(const void* function, int config) {
  constexpr Api api = Api::cudaFuncSetSharedMemConfig;
  if (!bank_size(config)) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  return kernel.error ? kernel.error : finish(api, kSuccess);
}
cudaError_t cudaDeviceSetSharedMemConfig(int config) {
  return finish(Api::cudaDeviceSetSharedMemConfig, bank_size(config) ? kSuccess : kInvalidValue);
}
cudaError_t cudaDeviceGetSharedMemConfig(int* config) {
  if (!config) return finish(Api::cudaDeviceGetSharedMemConfig, kInvalidValue);
  *config = 1;
  return finish(Api::cudaDeviceGetSharedMemConfig, kSuccess);
}

cudaError_t cudaCtxResetPersistingL2Cache() { return finish(Api::cudaCtxResetPersistingL2Cache, kSuccess); }

}  // extern "C"
