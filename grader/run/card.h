// The runner's side of the conversation with the judge's card process (grader/devices/cuda/card.py): lines of text over a unix socket.
// Enters: marks to pass on. Leaves: the card's consent, and its memory. Student code can speak here as well as we can; the card process
// expects no better of us.
#pragma once
#include <sys/un.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "../emulator/device/socket_io.h"
#include "cuda_api.h"

namespace card {

class Card {
 public:
  ~Card() {
    if (socket_ >= 0) close(socket_);
  }

  explicit operator bool() const { return socket_ >= 0; }

  bool connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0) return false;
    int result;
    do result = ::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address);
    while (result != 0 && errno == EINTR);
    if (result != 0) {
      close(file);
      return false;
    }
    socket_ = file;
    return true;
  }

  // Told without waiting.
  bool note(const std::string& text) { return wg::wire::send_all(socket_, (text + "\n").data(), text.size() + 1); }

  // Told, and gone on with once the card process says so.
  bool ask(const std::string& text) {
    char answer = 0;
    return note(text) && wg::wire::receive_all(socket_, &answer, 1) && answer == 'g';
  }

  // The descriptor of the pool that all of our buffers come from, or -1.
  int pool() { return note("pool") ? wg::wire::receive_descriptor(socket_) : -1; }

  bool open(const std::string& name, cudaMemPoolPtrExportData* data, uint64_t* offset) {
    return note("open " + name) && wg::wire::receive_all(socket_, data, sizeof *data) &&
           wg::wire::receive_all(socket_, offset, sizeof *offset);
  }

 private:
  int socket_ = -1;
};

}  // namespace card
