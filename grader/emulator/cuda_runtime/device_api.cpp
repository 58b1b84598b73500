// What programs ask about devices. Usually there is one, number 0; `--cards` shows others beside it, which share its memory.
#include <sys/mman.h>

#include <atomic>
#include <cstdio>
#include <cstring>

#include "../core/memory.h"
#include "export.h"
#include "managed.h"
#include "registry.h"

using namespace wg::client;

namespace {

constexpr int kVersion = 13000;
constexpr int kPciBus = 1;  // "0000:01:00.0": all that the device says of its place

// Wishes that change nothing here and are told again.
constexpr unsigned kScheduleFlags = 7, kMapHost = 8, kKnownFlags = 0x9F;
std::atomic<unsigned> device_flags_set{0};
std::atomic<int> cache_config{0};
thread_local int current_device = 0;

// At most one way to wait, and nothing unknown.
bool valid_flags(unsigned flags) {
  const unsigned schedule = flags & kScheduleFlags;
  return (flags & ~kKnownFlags) == 0 && (schedule & (schedule - 1)) == 0;
}

int known_device(Api api, int device) { return finish(api, is_device(device) ? kSuccess : kInvalidDevice); }

int store(Api api, int* result, int value) {
  const int error = finish(api, result ? kSuccess : kInvalidValue);
  if (!error) *result = value;
  return error;
}

}  // namespace

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  if (!count) return finish(Api::cudaGetDeviceCount, kInvalidValue);
  const Reply reply = ask(Op::device_info, Api::cudaGetDeviceCount);
  *count = reply.error ? 0 : reply.reader().get<wg::wire::DeviceInfo>().cards;
  return reply.error;
}

cudaError_t cudaGetDevice(int* device) { return store(Api::cudaGetDevice, device, current_device); }
cudaError_t cudaSetDevice(int device) {
  const int error = known_device(Api::cudaSetDevice, device);
  if (!error) current_device = device;
  return error;
}
cudaError_t cudaInitDevice(int device, unsigned device_flags, unsigned flags) {
  if (!is_device(device)) return finish(Api::cudaInitDevice, kInvalidDevice);
  const bool sane = flags <= 1 && (flags == 0 || valid_flags(device_flags));
  return finish(Api::cudaInitDevice, sane ? kSuccess : kInvalidValue);
}
cudaError_t cudaSetValidDevices(int* devices, int count) {
  constexpr Api api = Api::cudaSetValidDevices;
  if (count < 0 || (count > 0 && !devices)) return finish(api, kInvalidValue);
  for (int i = 0; i < count; ++i) {
    if (!is_device(devices[i])) return finish(api, kInvalidDevice);
  }
  return finish(api, kSuccess);
}
cudaError_t cudaChooseDevice(int* device, const cudaDeviceProp* wanted) {
  return wanted ? store(Api::cudaChooseDevice, device, 0) : finish(Api::cudaChooseDevice, kInvalidValue);
}

cudaError_t cudaDeviceGetPCIBusId(char* text, int size, int device) {
  if (!text || size < 13) return finish(Api::cudaDeviceGetPCIBusId, kInvalidValue);
  const int error = known_device(Api::cudaDeviceGetPCIBusId, device);
  if (!error) std::snprintf(text, static_cast<size_t>(size), "0000:%02x:00.0", static_cast<unsigned>(kPciBus + device) & 0xFF);
  return error;
}

cudaError_t cudaDeviceGetByPCIBusId(int* device, const char* text) {
  constexpr Api api = Api::cudaDeviceGetByPCIBusId;
  if (!device || !text) return finish(api, kInvalidValue);
  unsigned domain = 0, bus = 0, slot = 0, function = 0;
  int end = 0;
  const size_t length = std::strlen(text);
  const auto whole = [&](int fields, int wanted) { return fields >= wanted && static_cast<size_t>(end) == length; };
  const bool parsed = whole(std::sscanf(text, "%x:%x:%x.%x%n", &domain, &bus, &slot, &function, &end), 4) ||
                      whole(std::sscanf(text, "%x:%x:%x%n", &domain, &bus, &slot, &end), 3) ||
                      (domain = 0, whole(std::sscanf(text, "%x:%x.%x%n", &bus, &slot, &function, &end), 3));
  if (!parsed) return finish(api, kInvalidValue);
  if (domain != 0 || bus < kPciBus || slot != 0 || function > 7 || !is_device(static_cast<int>(bus - kPciBus)))
    return finish(api, kInvalidDevice);
  *device = static_cast<int>(bus - kPciBus);
  return finish(api, kSuccess);
}

cudaError_t cudaDeviceSynchronize() { return tell(Op::device_synchronize, Api::cudaDeviceSynchronize); }

cudaError_t cudaDeviceReset() {
  std::lock_guard lock(Connection::get().mutex());
  const int error = tell(Op::device_reset, Api::cudaDeviceReset);
  mmap(pointer(wg::kMappedBase), wg::kMappedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  forget_device();
  forget_advice();
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

cudaError_t cudaDeviceSetCacheConfig(int config) {
  const bool sane = config >= 0 && config <= 3;
  if (sane) cache_config = config;
  return finish(Api::cudaDeviceSetCacheConfig, sane ? kSuccess : kInvalidValue);
}
cudaError_t cudaDeviceGetCacheConfig(int* config) { return store(Api::cudaDeviceGetCacheConfig, config, cache_config); }
cudaError_t cudaSetDeviceFlags(unsigned flags) {
  if (!valid_flags(flags)) return finish(Api::cudaSetDeviceFlags, kInvalidValue);
  device_flags_set = flags;
  return finish(Api::cudaSetDeviceFlags, kSuccess);
}
cudaError_t cudaGetDeviceFlags(unsigned* flags) {
  const int error = finish(Api::cudaGetDeviceFlags, flags ? kSuccess : kInvalidValue);
  if (!error) *flags = device_flags_set | kMapHost;
  return error;
}

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
