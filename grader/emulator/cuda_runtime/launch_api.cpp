// Kernel launches and what programs ask about kernels.
#include <cstring>
#include <vector>

#include "export.h"
#include "host_fault.h"
#include "registry.h"

using namespace wg::client;

namespace {

struct CallConfiguration {
  dim3 grid, block;
  size_t shared;
  void* stream;
};
thread_local std::vector<CallConfiguration> call_configurations;

// `returned`: the program sees the code; after <<<>>> it has to ask.
int launch(Api api, const void* function, dim3 grid, dim3 block, void** arguments, size_t shared, void* stream, bool returned,
           bool cooperative = false) {
  const Kernel kernel = find_kernel(function, api, !returned);
  if (kernel.error) return kernel.error;
  wg::wire::LaunchRequest request{};
  request.kernel = kernel.number;
  request.shared_bytes = shared;
  request.stream = number(stream);
  request.grid[0] = grid.x;
  request.grid[1] = grid.y;
  request.grid[2] = grid.z;
  request.block[0] = block.x;
  request.block[1] = block.y;
  request.block[2] = block.z;
  request.returned = returned;
  request.cooperative = cooperative;
  std::vector<uint8_t> parameters(kernel.param_bytes);
  if (!kernel.params.empty() && !arguments) return finish(api, kInvalidValue);
  for (size_t i = 0; i < kernel.params.size(); ++i) {
    const auto [offset, bytes] = kernel.params[i];
    if (offset <= parameters.size() && bytes <= parameters.size() - offset) std::memcpy(parameters.data() + offset, arguments[i], bytes);
  }
  return tell(Op::launch, api, Writer().put(request).bytes(parameters.data(), parameters.size()));
}

int occupancy(Api api, int* blocks, const void* function, int threads, size_t dynamic) {
  if (!blocks) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  const Reply reply =
      ask(Op::occupancy, api, Writer().put(kernel.number).put(static_cast<int32_t>(threads)).put(static_cast<uint64_t>(dynamic)));
  if (!reply.error) *blocks = reply.reader().get<int32_t>();
  return reply.error;
}

}  // namespace

extern "C" {

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, void* stream) {
  call_configurations.push_back({grid, block, shared, stream});
  forget_launch();
  note_launch();
  return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, size_t* shared, void** stream) {
  if (call_configurations.empty()) return 52;  // cudaErrorMissingConfiguration
  const CallConfiguration c = call_configurations.back();
  call_configurations.pop_back();
  *grid = c.grid;
  *block = c.block;
  *shared = c.shared;
  *stream = c.stream;
  return kSuccess;
}

// The handle of a kernel is the host function's address.
cudaError_t __cudaGetKernel(void** kernel, const void* function) {
  *kernel = const_cast<void*>(function);
  return kSuccess;
}

cudaError_t __cudaLaunchKernel(void* kernel, dim3 grid, dim3 block, void** arguments, size_t shared, void* stream) {
  const int error = launch(Api::cudaLaunchKernel, kernel, grid, block, arguments, shared, stream, false);
  forget_launch();
  return error;
}

cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments, size_t shared, void* stream) {
  const int error = launch(Api::cudaLaunchKernel, function, grid, block, arguments, shared, stream, true);
  forget_launch();
  return error;
}

cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* function, void** arguments) {
  if (!config || (config->numAttrs && !config->attrs)) return finish(Api::cudaLaunchKernelExC, kInvalidValue);
  bool cooperative = false;
  for (unsigned i = 0; i < config->numAttrs; ++i) {
    const cudaLaunchAttribute& a = config->attrs[i];
    cooperative |= a.id == 2 && a.value[0] != 0;
    const bool cluster = (a.id == 4 || a.id == 11) && (a.value[0] > 1 || a.value[1] > 1 || a.value[2] > 1);
    if (cluster) return tell(Op::unsupported, Api::cudaLaunchKernelExC);
  }
  return launch(Api::cudaLaunchKernelExC, function, config->gridDim, config->blockDim, arguments, config->dynamicSmemBytes, config->stream,
                true, cooperative);
}

cudaError_t cudaLaunchCooperativeKernel(const void* function, dim3 grid, dim3 block, void** arguments, size_t shared, void* stream) {
  return launch(Api::cudaLaunchCooperativeKernel, function, grid, block, arguments, shared, stream, true, true);
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  if (!attributes) return finish(Api::cudaFuncGetAttributes, kInvalidValue);
  const Kernel kernel = find_kernel(function, Api::cudaFuncGetAttributes);
  if (kernel.error) return kernel.error;
  *attributes = {};
  attributes->sharedSizeBytes = kernel.info.static_shared_bytes;
  attributes->constSizeBytes = kernel.info.constant_bytes;
  attributes->localSizeBytes = kernel.info.local_bytes;
  attributes->maxThreadsPerBlock = static_cast<int>(kernel.info.max_threads);
  attributes->numRegs = static_cast<int>(kernel.info.registers);
  attributes->ptxVersion = static_cast<int>(kernel.info.ptx_version);
  attributes->binaryVersion = static_cast<int>(kernel.info.binary_version);
  attributes->maxDynamicSharedSizeBytes = static_cast<int>(kernel.info.max_dynamic_shared_bytes);
  attributes->preferredShmemCarveout = -1;
  return finish(Api::cudaFuncGetAttributes, kSuccess);
}

cudaError_t cudaFuncSetAttribute(const void* function, int attribute, int value) {
  const Kernel kernel = find_kernel(function, Api::cudaFuncSetAttribute);
  if (kernel.error) return kernel.error;
  kernel_changed(function);
  return tell(Op::kernel_attribute, Api::cudaFuncSetAttribute,
              Writer().put(kernel.number).put(static_cast<int32_t>(attribute)).put(static_cast<int32_t>(value)));
}

cudaError_t cudaFuncSetCacheConfig(const void* function, int config) {
  if (config < 0 || config > 3) return finish(Api::cudaFuncSetCacheConfig, kInvalidValue);
  const Kernel kernel = find_kernel(function, Api::cudaFuncSetCacheConfig);
  return kernel.error ? kernel.error : finish(Api::cudaFuncSetCacheConfig, kSuccess);
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, const void* function, int threads, size_t dynamic,
                                                                   unsigned flags) {
  constexpr Api api = Api::cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags;
  return flags > 1 ? finish(api, kInvalidValue) : occupancy(api, blocks, function, threads, dynamic);
}

cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* function, int threads, size_t dynamic) {
  return occupancy(Api::cudaOccupancyMaxActiveBlocksPerMultiprocessor, blocks, function, threads, dynamic);
}

cudaError_t cudaOccupancyAvailableDynamicSMemPerBlock(size_t* bytes, const void* function, int blocks, int threads) {
  constexpr Api api = Api::cudaOccupancyAvailableDynamicSMemPerBlock;
  if (!bytes || blocks <= 0) return finish(api, kInvalidValue);
  const Kernel kernel = find_kernel(function, api);
  if (kernel.error) return kernel.error;
  const Reply reply =
      ask(Op::occupancy, api,
          Writer().put(kernel.number).put(static_cast<int32_t>(threads)).put(uint64_t{0}).put(static_cast<int32_t>(blocks)));
  if (!reply.error) *bytes = reply.reader().get<uint64_t>();
  return reply.error;
}

}  // extern "C"

WG_ALIAS(__cudaLaunchKernel, _ptsz);
WG_ALIAS(cudaLaunchKernel, _ptsz);
WG_ALIAS(cudaLaunchKernelExC, _ptsz);
WG_ALIAS(cudaLaunchCooperativeKernel, _ptsz);
