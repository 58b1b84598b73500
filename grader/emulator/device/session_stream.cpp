// Streams and events: what programs ask about them, and what they wait for.
#include "session.h"

namespace wg {

using wire::Op;

namespace {
constexpr size_t kStreams = 1u << 16, kEvents = 1u << 20;
constexpr uint64_t kPerThread = 2;      // cudaStreamPerThread; handles up to it are no stream that a program has made
constexpr uint32_t kDisableTiming = 2;  // cudaEventDisableTiming
}  // namespace

Stream* Session::find_stream(const Request& r, uint64_t handle) { return queue_.find(handle, r.thread, r.per_thread_default); }

int Session::stream_create(Request& r) {
  const auto flags = r.in.get<uint32_t>();
  const auto priority = r.in.get<int32_t>();
  if (!r.in.ok() || flags > 1) return note(r, kInvalidValue);
  if (queue_.streams() >= kStreams) return note(r, kMemoryAllocation);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  Stream* stream = queue_.create(handle, flags, priority);
  stream->phase = phase_;
  stream->place = r.place;
  out_.put(handle);
  return note(r, kSuccess, 0, "", stream->index);
}

int Session::stream_op(Request& r) {
  const auto handle = r.in.get<uint64_t>();
  Stream* stream = find_stream(r, handle);
  if (!r.in.ok() || !stream) return note(r, kInvalidHandle);
  const int index = stream->index;
  const auto end = [&](int error) { return note(r, error, 0, "", index); };
  switch (r.op) {
    case Op::stream_destroy:
      if (handle <= kPerThread) return note(r, kInvalidHandle);
      queue_.destroy(handle);
      return end(kSuccess);
    case Op::stream_info: out_.put(stream->flags).put(static_cast<int32_t>(stream->priority)); return end(kSuccess);
    case Op::stream_wait_event: {
      const auto event = events_.find(r.in.get<uint64_t>());
      if (event == events_.end()) return end(kInvalidHandle);
      if (event->second.recorded) enqueue(r, *stream, Operation::Kind::wait, nullptr, {.event = event->second.recorded});
      return end(kSuccess);
    }
    case Op::stream_query: return stream_query(r, *stream);
    default: return end(wait(r, *stream));
  }
}

int Session::stream_query(Request& r, Stream& stream) {
  // Asked again of the same work: that is how a program waits.
  const bool again = stream.asked && stream.asked_in == phase_ && stream.asked_at == stream.length;
  const int index = stream.index;
  const OperationRef all = enqueue(r, stream, Operation::Kind::wait, nullptr);
  // Once "not yet", so that programs are seen to be ready for it; then all is done, so that those that poll come to an end.
  if (!all->after.empty() && !std::exchange(stream.asked, true)) {
    stream.asked_in = phase_;
    stream.asked_at = stream.length;
    return note(r, kNotReady, 0, "", index);
  }
  stream.asked = false;
  return note(r, wait(all), 0, "", index, again);
}

int Session::event_create(Request& r) {
  const auto flags = r.in.get<uint32_t>();
  if (!r.in.ok() || flags > 7 || (flags & 4 && !(flags & kDisableTiming)))
    return note(r, kInvalidValue);  // interprocess events must not be timed
  if (events_.size() >= kEvents) return note(r, kMemoryAllocation);
  const uint64_t handle = wire::kHandleBase + 64 * next_handle_++;
  events_[handle] = {flags, nullptr, phase_, r.place};
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
  const OperationRef recorded = event->recorded;
  switch (r.op) {
    case Op::event_destroy: events_.erase(handle); return note(r, kSuccess);
    case Op::event_record: {
      Stream* stream = find_stream(r, r.in.get<uint64_t>());
      if (!stream) return note(r, kInvalidHandle);
      event->recorded = enqueue(r, *stream, Operation::Kind::event, nullptr, {.cost = Timeline::event()});
      if (event->recorded->after.empty()) run(event->recorded);  // nothing is before it: it is over as soon as it is recorded
      return note(r, kSuccess, 0, "", stream->index);
    }
    case Op::event_elapsed: {
      const Event* end = find(r.in.get<uint64_t>());
      if (!end || !recorded || !end->recorded || (event->flags | end->flags) & kDisableTiming) return note(r, kInvalidHandle);
      if (!recorded->done || !end->recorded->done) {
        if (!phase_.starts_with("call:")) return note(r, kNotReady);  // a program of its own may be ready for the answer
        report("EVENT_NOT_READY", "cudaEventElapsedTime: the stream hasn't come to " +
                                      std::string(recorded->done ? "the second event" : "the first event") +
                                      " yet, so there is no time to read: wait for it first (cudaEventSynchronize)");
        return note(r, kNotReady);
      }
      out_.put(static_cast<float>((end->recorded->end_s - recorded->end_s) * 1e3));
      return note(r, kSuccess);
    }
    case Op::event_query:
      if (recorded && !recorded->done && !std::exchange(recorded->asked, true)) {
        recorded->asked_in = phase_;
        return note(r, kNotReady);
      }
      if (recorded && !recorded->done) return note(r, wait(recorded), 0, "", 0, recorded->asked_in == phase_);
      [[fallthrough]];
    default: return note(r, recorded ? wait(recorded) : kSuccess);
  }
}

}  // namespace wg
