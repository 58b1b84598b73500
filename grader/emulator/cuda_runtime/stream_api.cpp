// Streams and events: handles that the device gives out.
#include "export.h"
#include "host_function.h"

using namespace wg::client;

namespace {

int create(Op op, Api api, const Writer& request, void** result) {
  if (!result) return finish(api, kInvalidValue);
  const Reply reply = ask(op, api, request);
  if (!reply.error) *result = pointer(reply.reader().get<uint64_t>());
  return reply.error;
}

int create_stream(Api api, void** stream, unsigned flags, int priority) {
  return create(Op::stream_create, api, Writer().put(static_cast<uint32_t>(flags)).put(static_cast<int32_t>(priority)), stream);
}

// Its turn comes when the stream has come that far, in whatever call the program then waits.
int launch_host_function(Api api, const void* stream, const HostFunction& function) {
  const uint64_t id = keep_host_function(function);
  const int error = tell(Op::host_function, api, Writer().put(number(stream)).put(id));
  if (error) forget_host_function(id);
  return error;
}

int on(Op op, Api api, const void* handle) { return tell(op, api, Writer().put(number(handle))); }

}  // namespace

extern "C" {

cudaError_t cudaStreamCreate(void** stream) { return create_stream(Api::cudaStreamCreate, stream, 0, 0); }
cudaError_t cudaStreamCreateWithFlags(void** stream, unsigned flags) {
  return create_stream(Api::cudaStreamCreateWithFlags, stream, flags, 0);
}
cudaError_t cudaStreamCreateWithPriority(void** stream, unsigned flags, int priority) {
  return create_stream(Api::cudaStreamCreateWithPriority, stream, flags, priority);
}
cudaError_t cudaStreamDestroy(void* stream) { return on(Op::stream_destroy, Api::cudaStreamDestroy, stream); }
cudaError_t cudaStreamSynchronize(void* stream) { return on(Op::stream_synchronize, Api::cudaStreamSynchronize, stream); }
cudaError_t cudaStreamQuery(void* stream) { return on(Op::stream_query, Api::cudaStreamQuery, stream); }
cudaError_t cudaStreamWaitEvent(void* stream, void* event, unsigned) {
  return tell(Op::stream_wait_event, Api::cudaStreamWaitEvent, Writer().put(number(stream)).put(number(event)));
}

cudaError_t cudaStreamGetFlags(void* stream, unsigned* flags) {
  if (!flags) return finish(Api::cudaStreamGetFlags, kInvalidValue);
  const Reply reply = ask(Op::stream_info, Api::cudaStreamGetFlags, Writer().put(number(stream)));
  if (!reply.error) *flags = reply.reader().get<uint32_t>();
  return reply.error;
}

cudaError_t cudaStreamGetPriority(void* stream, int* priority) {
  if (!priority) return finish(Api::cudaStreamGetPriority, kInvalidValue);
  const Reply reply = ask(Op::stream_info, Api::cudaStreamGetPriority, Writer().put(number(stream)));
  auto in = reply.reader();
  in.get<uint32_t>();
  if (!reply.error) *priority = in.get<int32_t>();
  return reply.error;
}

cudaError_t cudaLaunchHostFunc(void* stream, void (*function)(void*), void* data) {
  constexpr Api api = Api::cudaLaunchHostFunc;
  return function ? launch_host_function(api, stream, {function, nullptr, data, stream}) : finish(api, kInvalidValue);
}

cudaError_t cudaStreamAddCallback(void* stream, void (*function)(void*, cudaError_t, void*), void* data, unsigned flags) {
  constexpr Api api = Api::cudaStreamAddCallback;
  return function && !flags ? launch_host_function(api, stream, {nullptr, function, data, stream}) : finish(api, kInvalidValue);
}

cudaError_t cudaEventCreate(void** event) { return create(Op::event_create, Api::cudaEventCreate, Writer().put(uint32_t{0}), event); }
cudaError_t cudaEventCreateWithFlags(void** event, unsigned flags) {
  return create(Op::event_create, Api::cudaEventCreateWithFlags, Writer().put(static_cast<uint32_t>(flags)), event);
}
cudaError_t cudaEventDestroy(void* event) { return on(Op::event_destroy, Api::cudaEventDestroy, event); }
cudaError_t cudaEventSynchronize(void* event) { return on(Op::event_synchronize, Api::cudaEventSynchronize, event); }
cudaError_t cudaEventQuery(void* event) { return on(Op::event_query, Api::cudaEventQuery, event); }
cudaError_t cudaEventRecord(void* event, void* stream) {
  return tell(Op::event_record, Api::cudaEventRecord, Writer().put(number(event)).put(number(stream)));
}
cudaError_t cudaEventRecordWithFlags(void* event, void* stream, unsigned) {
  return tell(Op::event_record, Api::cudaEventRecordWithFlags, Writer().put(number(event)).put(number(stream)));
}

cudaError_t cudaEventElapsedTime(float* milliseconds, void* start, void* end) {
  if (!milliseconds) return finish(Api::cudaEventElapsedTime, kInvalidValue);
  const Reply reply = ask(Op::event_elapsed, Api::cudaEventElapsedTime, Writer().put(number(start)).put(number(end)));
  if (!reply.error) *milliseconds = reply.reader().get<float>();
  return reply.error;
}

}  // extern "C"

WG_ALIAS(cudaStreamSynchronize, _ptsz);
WG_ALIAS(cudaStreamQuery, _ptsz);
WG_ALIAS(cudaStreamWaitEvent, _ptsz);
WG_ALIAS(cudaStreamGetFlags, _ptsz);
WG_ALIAS(cudaStreamGetPriority, _ptsz);
WG_ALIAS(cudaLaunchHostFunc, _ptsz);
WG_ALIAS(cudaStreamAddCallback, _ptsz);
WG_ALIAS(cudaEventRecord, _ptsz);
WG_ALIAS(cudaEventRecordWithFlags, _ptsz);
