#include "server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <list>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "session.h"
#include "watchdog.h"

namespace wg {
namespace {

constexpr size_t kClientsAtOnce = 64;

int listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the socket's path is longer than 107 bytes: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) throw std::runtime_error(std::string("socket: ") + std::strerror(errno));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 16) != 0) {
    const std::string why = std::strerror(errno);
    close(listener);
    throw std::runtime_error("cannot listen at " + path + ": " + why);
  }
  return listener;
}

struct Client {
  int socket;
  std::atomic<bool> done{false};
  std::thread thread;
};

class Server {
 public:
  Server(const Options& options, Recorder& recorder) : options_(options), recorder_(recorder), watchdog_(options.resident_bytes) {
    listener_ = listen_at(options.socket_path);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  }

  ~Server() {
    watchdog_.stop_all();
    for (Client& client : clients_) shutdown(client.socket, SHUT_RDWR);
    for (Client& client : clients_) {
      client.thread.join();
      close(client.socket);
    }
    if (listener_ >= 0) close(listener_);
    unlink(options_.socket_path.c_str());
    close(wake_);
  }

  void run() {
    bool served_one = false;
    for (;;) {
      pollfd sources[3] = {{STDIN_FILENO, POLLIN, 0}, {wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
      if (clients_.size() >= kClientsAtOnce) sources[2].fd = -1;
      if (poll(sources, 3, -1) < 0) {
        if (errno == EINTR) continue;
        throw std::runtime_error(std::string("poll: ") + std::strerror(errno));
      }
      if (sources[0].revents && stdin_ended()) return;
      if (sources[1].revents) reap();
      if (sources[2].revents & POLLIN) {
        served_one |= accept_client();
        if (options_.one_client && served_one) {  // nobody else may ever connect
          close(listener_);
          listener_ = -1;
        }
      }
      if (options_.one_client && served_one && clients_.empty()) return;
    }
  }

 private:
  static bool stdin_ended() {
    char ignored[256];
    const ssize_t got = read(STDIN_FILENO, ignored, sizeof ignored);
    return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
  }

  bool accept_client() {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return false;
    Client& client = clients_.emplace_back();
    client.socket = socket;
    try {
      client.thread = std::thread([this, &client] {
        serve_one(client.socket);
        shutdown(client.socket, SHUT_RDWR);
        client.done = true;
        const uint64_t one = 1;
        (void)!write(wake_, &one, sizeof one);
      });
    } catch (const std::system_error& none) {  // the system gives no more threads: this client finds no device, the others keep theirs
      std::fprintf(stderr, "warpgrade-device: a client was turned away: %s\n", none.what());
      close(socket);
      clients_.pop_back();
      return false;
    }
    return true;
  }

  void serve_one(int socket) {
    try {
      Session(options_, recorder_, watchdog_, socket).serve();
    } catch (const std::bad_alloc&) {  // its conversation ends; the others' go on
      std::fputs("warpgrade-device: out of memory for a client\n", stderr);
    }
  }

  void reap() {
    uint64_t count;
    (void)!read(wake_, &count, sizeof count);
    for (auto client = clients_.begin(); client != clients_.end();) {
      if (!client->done) {
        ++client;
        continue;
      }
      client->thread.join();
      close(client->socket);
      client = clients_.erase(client);
    }
  }

  const Options& options_;
  Recorder& recorder_;
  Watchdog watchdog_;
  int listener_ = -1, wake_ = -1;
  std::list<Client> clients_;
};

}  // namespace

void serve(const Options& options, Recorder& recorder) {
  const Memory reservation(options.memory_bytes);  // takes the address ranges now: a failure is told here, not in a client's thread
  Server server(options, recorder);
  std::fputs("ready\n", stdout);
  std::fflush(stdout);
  server.run();
}

}  // namespace wg
