// Streams and events. Work runs at the call that asks for it, so everything a stream holds has always ended.
#include "session.h"

namespace wg {

using wire::Op;

namespace {
constexpr size_t kStreams = 1u << 16, kEvents = 1u << 20;
constexpr uint64_t kLegacy = 1, kPerThread = 2;  // cudaStreamLegacy, cudaStreamPerThread
}  // namespace

Session::Stream* Session::find_stream(uint64_t handle) {
  if (handle <= kPerThread) return &default_stream_;
  const auto found = streams_.find(handle);
  return found == streams_.end() ? nullptr : &found->second;
}

int Session::stream_index(uint64_t handle) {
  const Stream* stream = find_stream(handle);
  return stream ? stream->index : -1;
}

int Session::stream_create(Request& r) {
  const auto flags = r.in.get<uint32_t>();
  const auto priority = r.in.get<int32_t>();
  if (!r.in.ok() || flags > 1) return note(r, kInvalidValue);
  if (streams_.size() >= kStreams) return note(r, kMemoryAllocation);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  Stream stream{next_stream_index_++};
  stream.flags = flags;
  stream.priority = priority;
  streams_.emplace(handle, stream);
  out_.put(handle);
  return note(r, kSuccess, 0, "", stream.index);
}

int Session::stream_op(Request& r) {
  const auto handle = r.in.get<uint64_t>();
  Stream* stream = find_stream(handle);
  if (!r.in.ok() || !stream) return note(r, kInvalidHandle);
  const int index = stream->index;
  if (r.op == Op::stream_destroy) {
    if (handle <= kPerThread) return note(r, kInvalidHandle);
    streams_.erase(handle);
  } else if (r.op == Op::stream_info) {
    out_.put(stream->flags).put(static_cast<int32_t>(stream->priority));
  } else if (r.op == Op::stream_wait_event) {
    if (!events_.contains(r.in.get<uint64_t>())) return note(r, kInvalidHandle, 0, "", index);
  }
  return note(r, kSuccess, 0, "", index);
}

int Session::event_create(Request& r) {
  const auto flags = r.in.get<uint32_t>();
  if (!r.in.ok() || flags > 7 || (flags & 4 && !(flags & 2))) return note(r, kInvalidValue);  // interprocess events must not be timed
  if (events_.size() >= kEvents) return note(r, kMemoryAllocation);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  events_[handle].flags = flags;
  out_.put(handle);
  return note(r, kSuccess);
}

int Session::event_op(Request& r) {
  const auto find = [&](uint64_t handle) {
    const auto found = events_.find(handle);
    return found == events_.end() ? nullptr : &found->second;
  };
  const auto handle = r.in.get<uint64_t>();
  Event* event = find(handle);
  if (!r.in.ok() || !event) return note(r, kInvalidHandle);
  switch (r.op) {
    case Op::event_destroy: events_.erase(handle); return note(r, kSuccess);
    case Op::event_record: {
      const int index = stream_index(r.in.get<uint64_t>());
      if (index < 0) return note(r, kInvalidHandle);
      clock_s_ += 5e-7;  // what hardware resolves: two events in a row are not at the same time
      event->recorded = true;
      event->at_s = clock_s_;
      return note(r, kSuccess, 0, "", index);
    }
    case Op::event_elapsed: {
      constexpr uint32_t kDisableTiming = 2;
      const Event* end = find(r.in.get<uint64_t>());
      if (!end || !event->recorded || !end->recorded || (event->flags | end->flags) & kDisableTiming) return note(r, kInvalidHandle);
      out_.put(static_cast<float>((end->at_s - event->at_s) * 1e3));
      return note(r, kSuccess);
    }
    default: return note(r, kSuccess);
  }
}

}  // namespace wg
