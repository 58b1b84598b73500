// Doing what streams hold. Nearly every call that waits comes through here: it names what it waits for, and that and what must come before
// it is done now.
#include "session.h"
#include "socket_io.h"

namespace wg {

namespace {
// As many operations and bytes may wait; then the oldest is done, as the real runtime makes a launch wait for a place in its queue.
constexpr size_t kOperationsAtOnce = 1024;
constexpr uint64_t kHeldBytes = 64ull << 20;
constexpr uint64_t kFilledUnseen = 64ull << 20;  // bytes between two looks at the machine's memory
}  // namespace

OperationRef Session::enqueue(Request& r, Stream& stream, Operation::Kind kind, std::function<void(Operation&)> run, uint64_t held_bytes,
                              const OperationRef& event) {
  const auto full = [&] { return queue_.pending().size() >= kOperationsAtOnce || queue_.held_bytes() + held_bytes > kHeldBytes; };
  while (!queue_.pending().empty() && full()) this->run(queue_.pending().front());
  const OperationRef operation = queue_.add(stream, kind, event);
  operation->api = r.api;
  operation->phase = phase_;
  operation->run = std::move(run);
  queue_.hold(*operation, held_bytes);
  return operation;
}

// False ends what is being done: the context is lost.
bool Session::execute(Operation& operation) {
  if (pending_ || sticky_) return false;
  if (operation.run) operation.run(operation);
  return pending_ == 0;
}

void Session::lose_for_memory() {
  if (pending_ || sticky_) return;
  pending_ = kMemoryAllocation;
  report("UNSUPPORTED", "the program has filled " + watchdog_.memory().explanation() +
                            "; a real card may have it. Try a smaller problem, or a machine with more memory");
}

bool Session::memory_left(uint64_t bytes) {
  filled_bytes_ += bytes;
  if (filled_bytes_ < kFilledUnseen) return !pending_ && !sticky_;
  filled_bytes_ = 0;
  if (watchdog_.memory().exhausted()) lose_for_memory();
  return !pending_ && !sticky_;
}

void Session::run(const OperationRef& last) {
  queue_.run(last, [this](Operation& operation) { return execute(operation); });
  if (pending_ || sticky_) lose_context();
}

void Session::run_all() {
  queue_.run_all([this](Operation& operation) { return execute(operation); });
  if (pending_ || sticky_) lose_context();
}

void Session::lose_context() { queue_.drop_all(pending_ ? pending_ : sticky_); }

int Session::wait(const OperationRef& last) {
  run(last);
  queue_.host_knows(last->clock);
  return surface();
}

int Session::wait(Request& r, Stream& stream) { return wait(enqueue(r, stream, Operation::Kind::wait, nullptr)); }

int Session::wait_all() {
  run_all();
  queue_.forget_clocks();
  return surface();
}

// A function of the program's, in its own process, when its turn in the stream has come.
int Session::host_function(Request& r) {
  Stream* stream = find_stream(r, r.in.get<uint64_t>());
  const auto number = r.in.get<uint64_t>();
  if (!r.in.ok() || !stream) return note(r, kInvalidHandle);
  const OperationRef operation =
      enqueue(r, *stream, Operation::Kind::host_function, [this, number](Operation&) { call_host(number, kSuccess); });
  operation->dropped = [this, number](int error) { call_host(number, error); };
  return note(r, kSuccess, 0, "", stream->index);
}

// The program may be waiting for what a host function does, without asking us for anything.
void Session::run_host_functions() {
  for (size_t i = 0; i < queue_.pending().size();) {
    const OperationRef operation = queue_.pending()[i];
    const bool wanted = operation->kind == Operation::Kind::host_function;
    if (wanted) run(operation);
    i = wanted ? 0 : i + 1;
  }
}

// The client waits for the reply to some other request; this comes first.
void Session::call_host(uint64_t number, int status) {
  if (client_gone_) return;
  wire::ReplyHeader header;
  header.flags = wire::kHostFunction;
  header.error = status;
  header.bytes = sizeof number;
  wire::RequestHeader answer;
  client_gone_ = !wire::send_all(socket_, &header, sizeof header) || !wire::send_all(socket_, &number, sizeof number) ||
                 !wire::receive_all(socket_, &answer, sizeof answer) || answer.magic != wire::kMagic ||
                 answer.op != static_cast<uint16_t>(wire::Op::host_function_done) || answer.bytes != 0;
}

}  // namespace wg
