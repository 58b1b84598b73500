// Errors: names, texts, and the last one of each host thread (the device keeps it).
#include <iterator>

#include "export.h"
#include "host_fault.h"

using namespace wg::client;

namespace {

struct Row {
  int code;
  const char *name, *text;
};
constexpr Row kErrors[] = {
#define X(code, name, text) {code, #name, text},
#include "errors.inc"
#undef X
};

const Row* row_of(int code) {
  for (const Row& row : kErrors) {
    if (row.code == code) return &row;
  }
  return nullptr;
}

int last_error(Api api, bool clear) {
  const int before = local_last_error(clear);
  const Reply reply = ask(Op::last_error, api, Writer().put(static_cast<uint8_t>(clear)));
  if (reply.reached) return before ? before : reply.error;
  local_last_error(true);  // the question itself is no failed call
  return before;
}

}  // namespace

extern "C" {

cudaError_t cudaGetLastError() { return last_error(Api::cudaGetLastError, true); }

cudaError_t cudaPeekAtLastError() {
  const int error = last_error(Api::cudaPeekAtLastError, false);
  return error;
}

const char* cudaGetErrorName(cudaError_t error) {
  const Row* row = row_of(error);
  return row ? row->name : "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
  const Row* row = row_of(error);
  return row ? row->text : "unrecognized error code";
}

void warpgradeMark(const char* phase) {
  if (phase) tell(Op::mark, Api::none, Writer().text(std::string_view(phase, strnlen(phase, 128))));
}

// A file of the judge's goes into device memory; this process never holds it. cudaErrorNotSupported if the device was given no files.
cudaError_t warpgradeUpload(void* to, size_t bytes, const char* name) {
  return tell(Op::upload, Api::cudaMemcpy, Writer().put(number(to)).put(static_cast<uint64_t>(bytes)).text(name));
}

// What the caller calls its allocation, and what it is: 1 an input, which is only to be read; 2 an output, whose old content nobody may
// read. For messages and checks of the device.
cudaError_t warpgradeName(void* allocation, const char* name, int use) {
  return tell(Op::name, Api::none, Writer().put(number(allocation)).put(static_cast<uint8_t>(use)).text(name));
}

// The caller's own use of its buffers, in its stream, before and after a launcher: what the launcher does must be ordered with it.
cudaError_t warpgradeHandOver(void* const* addresses, const size_t* bytes, size_t count, void* stream) {
  Writer request;
  request.put(number(stream)).put(static_cast<uint32_t>(count));
  for (size_t i = 0; i < count; ++i) request.put(number(addresses[i])).put(static_cast<uint64_t>(bytes[i]));
  return tell(Op::hand_over, Api::none, request);
}

// A library that is linked into the program begins and ends each call of its interface with these. The device traces the call by numbers
// out of its own tables (device/libraries.cpp): no text of this process comes into a report.
void warpgradeLibraryBegin(const void* returns_to) { enter_library(returns_to); }

void warpgradeLibraryEnd(unsigned library, unsigned function, int status, unsigned reason) {
  tell(Op::library_call, Api::none, Writer().put(library).put(function).put(static_cast<int32_t>(status)).put(reason));
  leave_library();
}

}  // extern "C"
