#include "watchdog.h"

#include <poll.h>

namespace wg {

using Clock = std::chrono::steady_clock;

Watchdog::Watch::Watch(Watchdog& dog, int socket, double limit_s, std::atomic<bool>& abort)
    : dog_(dog), socket_(socket), limited_(limit_s > 0 && limit_s < 1e9), abort_(abort) {
  if (limited_) deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limit_s));
  std::lock_guard lock(dog_.mutex_);
  if (dog_.stop_all_) abort_ = true;
  place_ = dog_.watches_.insert(dog_.watches_.end(), this);
  if (dog_.watches_.size() == 1) dog_.changed_.notify_all();
}

Watchdog::Watch::~Watch() {
  std::lock_guard lock(dog_.mutex_);
  dog_.watches_.erase(place_);
}

Watchdog::Watchdog(uint64_t resident_bytes) : memory_(resident_bytes), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::stop_all() {
  std::lock_guard lock(mutex_);
  stop_all_ = true;
  for (Watch* watch : watches_) watch->abort_ = true;
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    if (watches_.empty()) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(20));
    const bool out_of_memory = memory_.exhausted();
    for (Watch* watch : watches_) {
      if (out_of_memory) watch->out_of_memory_ = watch->abort_ = true;
      pollfd peer{watch->socket_, POLLRDHUP, 0};
      if (poll(&peer, 1, 0) > 0 && peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) watch->abort_ = true;
      if (watch->limited_ && Clock::now() > watch->deadline_) {
        watch->out_of_time_ = true;
        watch->abort_ = true;
      }
    }
  }
}

}  // namespace wg
