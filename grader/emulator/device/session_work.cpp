// Doing what streams hold. Nearly every call that waits comes through here: it names what it waits for, and that and what must come before
// it is done now.
#include <algorithm>
#include <new>

#include "session.h"
#include "socket_io.h"

namespace wg {

namespace {
// As many operations and bytes may wait; then the oldest is done, as the real runtime makes a launch wait for a place in its queue.
constexpr size_t kOperationsAtOnce = 1024;
constexpr uint64_t kHeldBytes = 64ull << 20;
constexpr uint64_t kFilledUnseen = 64ull << 20;  // bytes between two looks at the machine's memory
}  // namespace

OperationRef Session::enqueue(Request& r, Stream& stream, Operation::Kind kind, std::function<void(Operation&)> run, Details details) {
  const uint64_t held_bytes = details.held_bytes;
  const auto full = [&] { return queue_.pending().size() >= kOperationsAtOnce || queue_.held_bytes() + held_bytes > kHeldBytes; };
  while (!queue_.pending().empty() && full()) this->run(queue_.pending().front());
  const OperationRef operation = queue_.add(stream, kind, details.event);
  operation->api = r.api;
  operation->phase = phase_;
  operation->place = r.place;
  operation->run = std::move(run);
  operation->cost = details.cost;
  operation->ready_s = std::max(operation->ready_s, timeline_.earliest_s());
  operation->regions = std::move(details.regions);
  operation->guards = std::move(details.guards);
  for (const Region& region : operation->regions) guard(region, operation->guards);
  guards_used_ |= !operation->guards.empty();
  queue_.hold(*operation, held_bytes);
  return operation;
}

// False ends what is being done: the context is lost.
bool Session::execute(const OperationRef& operation) {
  if (pending_ || sticky_) return false;
  operation->failed = !still_there(*operation);
  if (operation->failed) return true;
  // What the program has not waited for can meet what it asks for later.
  const bool open_end = !program_waits_ && queue_.several_streams();
  operation->logged = options_.checks & kRacecheck && touches(operation->kind) && (open_end || hazards_.may_meet(*operation, queue_));
  ask_host();
  try {
    if (operation->run) operation->run(*operation);
  } catch (const std::bad_alloc&) { lose_for_memory(); }  // of this process: the program's work is too much for it
  take_time(*operation);
  look_at_own(*operation);
  if (pending_) return false;
  look_for_hazards(operation);
  return true;
}

// When it would have begun and ended on the card. What it comes after has been done, and has its times.
void Session::take_time(Operation& operation) {
  for (const OperationRef& other : operation.after) operation.ready_s = std::max(operation.ready_s, other->end_s);
  operation.start_s = timeline_.place(operation.cost, operation.ready_s);
  operation.end_s = operation.start_s + operation.cost.seconds;
  if (!*operation.cost.kind) return;
  const Cost& cost = operation.cost;
  recorder_.worked({client_, operation.stream, cost.kind, operation.kernel.empty() ? wire::name_of(operation.api) : operation.kernel,
                    operation.phase, operation.start_s, operation.end_s, cost.bytes, cost.memory, cost.asynchronous, operation.place});
}

void Session::lose_for_memory() {
  if (pending_ || sticky_) return;
  pending_ = kMemoryAllocation;
  report("UNSUPPORTED",
         "the program has filled " + watchdog_.memory().explanation() +
             "; a real card may have it. Try a smaller problem, or a machine with more memory",
         phase_, {});
}

bool Session::memory_left(uint64_t bytes) {
  filled_bytes_ += bytes;
  if (filled_bytes_ < kFilledUnseen) return !pending_ && !sticky_;
  filled_bytes_ = 0;
  if (watchdog_.memory().exhausted()) lose_for_memory();
  return !pending_ && !sticky_;
}

void Session::run(const OperationRef& last) {
  queue_.run(last, [this](const OperationRef& operation) { return execute(operation); });
  if (pending_ || sticky_) lose_context();
}

void Session::run_all() {
  queue_.run_all([this](const OperationRef& operation) { return execute(operation); });
  if (pending_ || sticky_) lose_context();
}

void Session::lose_context() { queue_.drop_all(pending_ ? pending_ : sticky_); }

int Session::wait(const OperationRef& last) {
  program_waits_ = true;
  run(last);
  program_waits_ = false;
  queue_.host_knows(last->clock);
  timeline_.wait_until(last->end_s);
  hazards_.tidy(queue_);
  return surface();
}

int Session::wait(Request& r, Stream& stream) { return wait(enqueue(r, stream, Operation::Kind::wait, nullptr)); }

int Session::wait_all() {
  program_waits_ = true;
  run_all();
  program_waits_ = false;
  timeline_.wait_for_all();
  hazards_.reset();
  queue_.forget_clocks();
  return surface();
}

// A function of the program's, in its own process, when its turn in the stream has come.
int Session::host_function(Request& r) {
  Stream* stream = find_stream(r, r.in.get<uint64_t>());
  const auto number = r.in.get<uint64_t>();
  if (!r.in.ok() || !stream) return note(r, kInvalidHandle);
  const OperationRef operation = enqueue(r, *stream, Operation::Kind::host_function,
                                         [this, number](Operation&) { call_host(number, kSuccess); }, {.cost = Timeline::host_function()});
  operation->dropped = [this, number](int error) { call_host(number, error); };
  return note(r, kSuccess, 0, "", stream->index);
}

// The program seems to wait for what happens at an address, or (0) for what a host function does, without asking us for anything.
int Session::progress(Request& r) {
  const auto address = r.in.get<uint64_t>();
  const uint64_t page = address / 4096 * 4096;
  for (size_t i = 0; i < queue_.pending().size();) {
    const OperationRef operation = queue_.pending()[i];
    const bool wanted = address ? std::any_of(operation->guards.begin(), operation->guards.end(),
                                              [&](const wire::Guard& g) { return g.from < page + 4096 && g.to > page; })
                                : operation->kind == Operation::Kind::host_function;
    if (wanted) run(operation);
    i = wanted ? 0 : i + 1;
  }
  return kSuccess;
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
