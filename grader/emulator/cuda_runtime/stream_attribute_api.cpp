// What programs ask of a stream, and the wishes they attach to it: kept and told, without effect on what the stream does.
#include <cstring>
#include <map>

#include "export.h"

using namespace wg::client;

namespace {

// cudaLaunchAttributeID of those that streams have.
enum Attribute { access_policy = 1, synchronization_policy = 3, stream_priority = 8, sync_domain_map = 9, sync_domain = 10 };

struct Value {
  uint8_t bytes[64];  // cudaLaunchAttributeValue
  template <class T>
  T at(size_t offset) const {
    T value;
    std::memcpy(&value, bytes + offset, sizeof value);
    return value;
  }
  template <class T>
  void put(size_t offset, T value) {
    std::memcpy(bytes + offset, &value, sizeof value);
  }
};

struct Streams {
  uint64_t generation = 0;  // of the device: after a reset all are forgotten
  std::map<std::pair<uint64_t, int>, Value> values;
};

// Under the connection's lock.
Streams& streams() {
  static Streams* all = new Streams;
  if (all->generation != Connection::get().generation()) *all = {Connection::get().generation(), {}};
  return *all;
}

struct Info {
  int error;
  uint32_t flags;
  int32_t priority;
};

Info ask_stream(Api api, const void* stream) {
  const Reply reply = ask(Op::stream_info, api, Writer().put(number(stream)));
  auto in = reply.reader();
  Info info{reply.error, 0, 0};
  info.flags = in.get<uint32_t>();
  info.priority = in.get<int32_t>();
  return info;
}

bool known(int which) {
  return which == access_policy || which == synchronization_policy || which == stream_priority || which == sync_domain_map ||
         which == sync_domain;
}

bool sane(int which, const Value& value) {
  switch (which) {
    case access_policy: {  // base pointer, bytes, hit ratio, what hits and misses are
      const auto ratio = value.at<float>(16);
      const auto hit = value.at<int>(20), miss = value.at<int>(24);
      return ratio >= 0 && ratio <= 1 && hit >= 0 && hit <= 2 && miss >= 0 && miss <= 1;
    }
    case synchronization_policy: return value.at<int>(0) >= 1 && value.at<int>(0) <= 4;
    default: return true;
  }
}

// What a stream has that nobody has set.
Value standard(int which, const Info& info) {
  Value value{};
  if (which == synchronization_policy) value.put(0, 1);
  if (which == stream_priority) value.put(0, info.priority);
  if (which == sync_domain_map) value.put(1, uint8_t{1});
  return value;
}

}  // namespace

extern "C" {

cudaError_t cudaStreamGetId(void* stream, unsigned long long* id) {
  if (!id) return finish(Api::cudaStreamGetId, kInvalidValue);
  const Info info = ask_stream(Api::cudaStreamGetId, stream);
  const uint64_t handle = number(stream);
  if (!info.error) *id = handle <= 2 ? handle + (handle == 0) : (handle - wg::wire::kHandleBase) / 64 + 2;  // 0 and 1 are the same stream
  return info.error;
}

cudaError_t cudaStreamGetDevice(void* stream, int* device) {
  if (!device) return finish(Api::cudaStreamGetDevice, kInvalidValue);
  const Info info = ask_stream(Api::cudaStreamGetDevice, stream);
  if (!info.error) *device = 0;
  return info.error;
}

cudaError_t cudaStreamGetAttribute(void* stream, int which, void* value) {
  constexpr Api api = Api::cudaStreamGetAttribute;
  if (!value || !known(which)) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  const Info info = ask_stream(api, stream);
  if (info.error) return info.error;
  const auto found = streams().values.find({number(stream), which});
  const Value result = found == streams().values.end() ? standard(which, info) : found->second;
  std::memcpy(value, &result, sizeof result);
  return kSuccess;
}

cudaError_t cudaStreamSetAttribute(void* stream, int which, const void* value) {
  constexpr Api api = Api::cudaStreamSetAttribute;
  if (!value || !known(which)) return finish(api, kInvalidValue);
  Value wanted;
  std::memcpy(&wanted, value, sizeof wanted);
  if (!sane(which, wanted)) return finish(api, kInvalidValue);
  std::lock_guard lock(Connection::get().mutex());
  const Info info = ask_stream(api, stream);
  if (!info.error) streams().values[{number(stream), which}] = wanted;
  return info.error;
}

cudaError_t cudaStreamCopyAttributes(void* to, void* from) {
  constexpr Api api = Api::cudaStreamCopyAttributes;
  std::lock_guard lock(Connection::get().mutex());
  if (const int error = ask_stream(Api::none, from).error) return finish(api, error);
  if (const int error = ask_stream(api, to).error) return error;
  for (const int which : {access_policy, synchronization_policy, sync_domain_map, sync_domain}) {
    const auto found = streams().values.find({number(from), which});
    if (found == streams().values.end()) {
      streams().values.erase({number(to), which});
    } else {
      streams().values[{number(to), which}] = Value(found->second);
    }
  }
  return kSuccess;
}

// Captures can't begin here, so none is under way.
cudaError_t cudaStreamIsCapturing(void* stream, int* status) {
  if (!status) return finish(Api::cudaStreamIsCapturing, kInvalidValue);
  const Info info = ask_stream(Api::cudaStreamIsCapturing, stream);
  if (!info.error) *status = 0;
  return info.error;
}

cudaError_t cudaStreamGetCaptureInfo(void* stream, int* status, unsigned long long*, void**, const void**, const void**, size_t*) {
  if (!status) return finish(Api::cudaStreamGetCaptureInfo, kInvalidValue);
  const Info info = ask_stream(Api::cudaStreamGetCaptureInfo, stream);
  if (!info.error) *status = 0;
  return info.error;
}

}  // extern "C"

WG_ALIAS(cudaStreamGetId, _ptsz);
WG_ALIAS(cudaStreamGetDevice, _ptsz);
WG_ALIAS(cudaStreamGetAttribute, _ptsz);
WG_ALIAS(cudaStreamSetAttribute, _ptsz);
WG_ALIAS(cudaStreamCopyAttributes, _ptsz);
WG_ALIAS(cudaStreamIsCapturing, _ptsz);
WG_ALIAS(cudaStreamGetCaptureInfo, _ptsz);
