#include "connection.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>

#include "../device/socket_io.h"
#include "guard.h"
#include "host_fault.h"
#include "host_function.h"

namespace wg::client {
namespace {

std::atomic<uint32_t> next_thread{1};
thread_local uint32_t this_thread = 0;
thread_local int unsent_error = 0;

std::atomic<int> fault_socket{-1};  // for the signal handler, which takes no lock
std::atomic<bool> message_on_wire{false};

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) return -1;
  std::strcpy(address.sun_path, path);
  const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return -1;
  int result;
  do result = connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address);
  while (result != 0 && errno == EINTR);
  if (result == 0) return file;
  close(file);
  return -1;
}

}  // namespace

Connection& Connection::get() {
  static Connection* connection = new Connection;  // never destroyed: programs call the runtime from their own atexit handlers
  return *connection;
}

Connection::Connection() {
  pthread_atfork([] { get().mutex_.lock(); }, [] { get().mutex_.unlock(); }, [] { get().after_fork(); });
}

void Connection::after_fork() {
  if (state_ == State::connected) {
    close(socket_);  // the parent's conversation goes on without us
    socket_ = -1;
    fault_socket = -1;
    set_guards(nullptr, 0);
    state_ = State::forked;
  }
  new (&mutex_) std::recursive_mutex;  // held by the thread that forked, which has another identity here
}

void Connection::lose() {
  fault_socket = -1;
  set_guards(nullptr, 0);
  close(socket_);
  socket_ = -1;
  state_ = State::dead;
}

int Connection::ensure() {
  if (state_ == State::fresh) {
    const char* path = std::getenv("WARPGRADE_DEVICE");
    socket_ = path && *path ? connect_to(path) : -1;
    if (socket_ < 0) {
      state_ = path && *path ? State::dead : State::absent;
    } else {
      state_ = State::connected;
      reserve_device_range();
      install_fault_handler();
      fault_socket = socket_;
    }
  }
  switch (state_) {
    case State::connected: return kSuccess;
    case State::absent: return kNoDevice;
    case State::forked: return kInitializationError;
    default: return kDevicesUnavailable;
  }
}

bool Connection::send(Op op, Api api, const wire::Writer& payload) {
  if (payload.data().size() > wire::kMaxPayload) return false;
  if (!this_thread) this_thread = next_thread++;
  wire::RequestHeader header;
  header.op = static_cast<uint16_t>(op);
  header.api = static_cast<uint16_t>(api);
  header.flags = PerThreadDefaultStream::on ? wire::kPerThreadDefault : 0;
  header.thread = this_thread;
  header.bytes = static_cast<uint32_t>(payload.data().size());
  if (api != Api::none || op == Op::library_call) {
    const CallPlace place = calling_place();
    header.module = number_of_module(place.module);
    header.offset = place.offset;
    header.outer = place.outer;
  }
  message_on_wire = true;
  const bool sent =
      wire::send_all(socket_, &header, sizeof header) && wire::send_all(socket_, payload.data().data(), payload.data().size());
  message_on_wire = false;
  return sent;
}

// The device's number for a file that host code lies in: told once. 0 if there is none.
uint32_t Connection::number_of_module(const std::string& name) {
  if (name.empty()) return 0;
  for (size_t i = 0; i < modules_.size(); ++i)
    if (modules_[i] == name) return static_cast<uint32_t>(i + 1);
  if (modules_.size() >= wire::kModuleNames) return 0;
  modules_.push_back(name);
  const auto number = static_cast<uint32_t>(modules_.size());
  return send(Op::module_name, Api::none, wire::Writer().put(number).text(name)) ? number : 0;
}

// The turn of a host function has come; the device waits for it.
bool Connection::run_host_function(const wire::ReplyHeader& request) {
  uint64_t number;
  if (request.bytes != sizeof number || !wire::receive_all(socket_, &number, sizeof number)) return false;
  call_host_function(number, request.error);
  return send(Op::host_function_done, Api::none, {});
}

bool Connection::receive_guards() {
  static wire::Guard guards[wire::kGuards];
  uint32_t count;
  if (!wire::receive_all(socket_, &count, sizeof count) || count > wire::kGuards) return false;
  if (!wire::receive_all(socket_, guards, count * sizeof guards[0])) return false;
  set_guards(guards, count);
  return true;
}

bool Connection::exchange(Op op, Api api, const wire::Writer& payload, Reply& reply, uint32_t* flags) {
  wire::ReplyHeader answer;
  // What host code has touched comes before the request that may do the work it was too early for.
  if (const wire::Writer touched = touched_by_host(); !touched.data().empty() && !send(Op::host_accesses, Api::none, touched)) return false;
  if (!send(op, api, payload)) return false;
  for (;;) {
    if (!wire::receive_all(socket_, &answer, sizeof answer)) return false;
    if (!(answer.flags & wire::kHostFunction)) break;
    if (answer.magic != wire::kMagic || !run_host_function(answer)) return false;
  }
  if (answer.magic != wire::kMagic || answer.bytes > wire::kMaxPayload) return false;
  reply.error = answer.error;
  reply.data.resize(answer.bytes);
  if (!wire::receive_all(socket_, reply.data.data(), reply.data.size())) return false;
  if (answer.flags & wire::kDescriptor) {
    reply.descriptor = wire::receive_descriptor(socket_);
    if (reply.descriptor < 0) return false;
  }
  if (answer.flags & wire::kNewGuards && !receive_guards()) return false;
  *flags = answer.flags;
  return true;
}

Reply Connection::call(Op op, Api api, const wire::Writer& payload) {
  Reply reply;
  if (in_host_function()) {  // the thread that waits for it holds the lock
    unsent_error = reply.error = kNotPermitted;
    return reply;
  }
  std::lock_guard lock(mutex_);
  struct Depth {
    Depth() { ++depth_here; }
    ~Depth() { --depth_here; }
  } depth;
  ++calls_;
  uint32_t flags = 0;
  reply.error = ensure();
  if (reply.error == kSuccess && !exchange(op, api, payload, reply, &flags)) {
    lose();
    reply = {};
    reply.error = kDevicesUnavailable;
  }
  if (state_ != State::connected) {
    unsent_error = reply.error;
    return reply;
  }
  reply.reached = true;
  const bool synchronises = op == Op::device_synchronize || op == Op::stream_synchronize || op == Op::event_synchronize ||
                            op == Op::device_reset || (op == Op::copy && api != Api::cudaMemcpyAsync && api != Api::cudaMemcpy2DAsync);
  if (flags & wire::kPrintfWaiting && synchronises) fetch_printf();
  return reply;
}

// What kernels printed reaches stdout at the next synchronising call, in order with the program's own output.
void Connection::fetch_printf() {
  for (uint32_t flags = wire::kPrintfWaiting; flags & wire::kPrintfWaiting;) {
    Reply text;
    if (!exchange(Op::take_printf, Api::none, {}, text, &flags)) return lose();
    std::fwrite(text.data.data(), 1, text.data.size(), stdout);
  }
}

uint8_t* Connection::staging() {
  std::lock_guard lock(mutex_);
  if (staging_) return staging_;
  const Reply reply = call(Op::hello, Api::none);
  if (reply.error || reply.descriptor < 0) return nullptr;
  void* at = mmap(nullptr, wire::kStagingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, reply.descriptor, 0);
  close(reply.descriptor);
  if (at != MAP_FAILED) staging_ = static_cast<uint8_t*>(at);
  return staging_;
}

void Connection::send_fault(uint64_t address, uint64_t offset, uint8_t signal, const char* module) {
  const int socket = fault_socket.exchange(-1);
  if (socket < 0) return;
  // Another thread may be in the middle of a message; ours must not cut it in two.
  for (int i = 0; message_on_wire && i < 200; ++i) {
    const timespec moment{0, 1'000'000};
    nanosleep(&moment, nullptr);
  }
  if (message_on_wire) return;
  uint8_t message[sizeof(wire::RequestHeader) + 8 + 8 + 1 + 4 + 1024];
  const uint32_t length = static_cast<uint32_t>(strnlen(module, 1024));
  wire::RequestHeader header;
  header.op = static_cast<uint16_t>(Op::host_fault);
  header.bytes = 8 + 8 + 1 + 4 + length;
  uint8_t* at = message;
  const auto put = [&at](const void* data, size_t size) {
    std::memcpy(at, data, size);
    at += size;
  };
  put(&header, sizeof header);
  put(&address, 8);
  put(&offset, 8);
  put(&signal, 1);
  put(&length, 4);
  put(module, length);
  wire::send_all(socket, message, static_cast<size_t>(at - message));
}

int local_last_error(bool clear) {
  const int error = unsent_error;
  if (clear) unsent_error = 0;
  return error;
}

int finish(Api api, int error, const std::string& unseen_launch) {
  return Connection::get().call(Op::finish, api, wire::Writer().put(static_cast<int32_t>(error)).text(unseen_launch)).error;
}

}  // namespace wg::client
