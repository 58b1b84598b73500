// Calls that move data to or from guarded memory: the kernel would answer EFAULT where hardware reads or writes what is there. Each notes
// what it touches and opens it for the call.
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>

#include "../core/memory.h"
#include "interpose.h"

using wg::client::next;
using wg::client::OpenRange;

namespace {

constexpr int kVectors = 16;  // of a call; further ones are left to the kernel

class OpenVectors {
 public:
  OpenVectors(const iovec* parts, long count, const void* caller)
      : count_(wg::client::any_guards() ? static_cast<int>(std::clamp<long>(count, 0, kVectors)) : 0) {
    for (int i = 0; i < count_; ++i) open_[i].emplace(parts[i].iov_base, parts[i].iov_len, caller);
  }
  void read() const {
    for (int i = 0; i < count_; ++i) open_[i]->read();
  }
  void wrote(const iovec* parts, size_t bytes) const {
    for (int i = 0; i < count_ && bytes; ++i) {
      const size_t here = std::min(bytes, parts[i].iov_len);
      open_[i]->wrote(here);
      bytes -= here;
    }
  }

 private:
  int count_;
  std::optional<OpenRange> open_[kVectors];
};

}  // namespace

#undef fread_unlocked
#undef fwrite_unlocked

WG_READS(ssize_t, write, (int fd, const void* from, size_t n), (fd, from, n), from, n)
WG_READS(ssize_t, pwrite, (int fd, const void* from, size_t n, off_t at), (fd, from, n, at), from, n)
WG_READS(ssize_t, pwrite64, (int fd, const void* from, size_t n, off64_t at), (fd, from, n, at), from, n)
WG_READS(ssize_t, send, (int fd, const void* from, size_t n, int flags), (fd, from, n, flags), from, n)
WG_READS(ssize_t, sendto, (int fd, const void* from, size_t n, int flags, const sockaddr* to, socklen_t length),
         (fd, from, n, flags, to, length), from, n)
WG_READS(size_t, fwrite, (const void* from, size_t size, size_t n, FILE* file), (from, size, n, file), from, size* n)
WG_READS(size_t, fwrite_unlocked, (const void* from, size_t size, size_t n, FILE* file), (from, size, n, file), from, size* n)
WG_WRITES(ssize_t, read, (int fd, void* to, size_t n), (fd, to, n), to, n, 1)
WG_WRITES(ssize_t, pread, (int fd, void* to, size_t n, off_t at), (fd, to, n, at), to, n, 1)
WG_WRITES(ssize_t, pread64, (int fd, void* to, size_t n, off64_t at), (fd, to, n, at), to, n, 1)
WG_WRITES(ssize_t, recv, (int fd, void* to, size_t n, int flags), (fd, to, n, flags), to, n, 1)
WG_WRITES(ssize_t, recvfrom, (int fd, void* to, size_t n, int flags, sockaddr* from, socklen_t* length), (fd, to, n, flags, from, length),
          to, n, 1)
WG_WRITES(size_t, fread, (void* to, size_t size, size_t n, FILE* file), (to, size, n, file), to, size* n, size)
WG_WRITES(size_t, fread_unlocked, (void* to, size_t size, size_t n, FILE* file), (to, size, n, file), to, size* n, size)
// what -D_FORTIFY_SOURCE makes of the same
WG_WRITES(ssize_t, __read_chk, (int fd, void* to, size_t n, size_t room), (fd, to, n, room), to, n, 1)
WG_WRITES(ssize_t, __pread_chk, (int fd, void* to, size_t n, off_t at, size_t room), (fd, to, n, at, room), to, n, 1)
WG_WRITES(ssize_t, __pread64_chk, (int fd, void* to, size_t n, off64_t at, size_t room), (fd, to, n, at, room), to, n, 1)
WG_WRITES(ssize_t, __recv_chk, (int fd, void* to, size_t n, size_t room, int flags), (fd, to, n, room, flags), to, n, 1)
WG_WRITES(size_t, __fread_chk, (void* to, size_t room, size_t size, size_t n, FILE* file), (to, room, size, n, file), to, size* n, size)

WG_WRITES(size_t, __fread_unlocked_chk, (void* to, size_t room, size_t size, size_t n, FILE* file), (to, room, size, n, file), to, size* n,
          size)
WG_WRITES(ssize_t, __recvfrom_chk, (int fd, void* to, size_t n, size_t room, int flags, sockaddr* from, socklen_t* length),
          (fd, to, n, room, flags, from, length), to, n, 1)
WG_WRITES(ssize_t, getrandom, (void* to, size_t n, unsigned flags), (to, n, flags), to, n, 1)

WG_EXPORT int getentropy(void* to, size_t n) {
  static const auto real = next<int (*)(void*, size_t)>("getentropy");
  const OpenRange open(to, n, __builtin_return_address(0));
  const int error = real(to, n);
  if (!error) open.wrote(n);
  return error;
}

// Calls with vectors, `parts` and `count` of them.
#define WG_READS_VECTORS(name, parameters, arguments, parts, count)        \
  WG_EXPORT ssize_t name parameters {                                      \
    static const auto real = next<ssize_t(*) parameters>(#name);           \
    const OpenVectors open((parts), (count), __builtin_return_address(0)); \
    open.read();                                                           \
    return real arguments;                                                 \
  }
#define WG_WRITES_VECTORS(name, parameters, arguments, parts, count)       \
  WG_EXPORT ssize_t name parameters {                                      \
    static const auto real = next<ssize_t(*) parameters>(#name);           \
    const OpenVectors open((parts), (count), __builtin_return_address(0)); \
    const ssize_t done = real arguments;                                   \
    if (done > 0) open.wrote((parts), size_t(done));                       \
    return done;                                                           \
  }

WG_READS_VECTORS(writev, (int fd, const iovec* parts, int n), (fd, parts, n), parts, n)
WG_READS_VECTORS(pwritev, (int fd, const iovec* parts, int n, off_t at), (fd, parts, n, at), parts, n)
WG_READS_VECTORS(pwritev64, (int fd, const iovec* parts, int n, off64_t at), (fd, parts, n, at), parts, n)
WG_READS_VECTORS(pwritev2, (int fd, const iovec* parts, int n, off_t at, int flags), (fd, parts, n, at, flags), parts, n)
WG_READS_VECTORS(pwritev64v2, (int fd, const iovec* parts, int n, off64_t at, int flags), (fd, parts, n, at, flags), parts, n)
WG_READS_VECTORS(sendmsg, (int fd, const msghdr* message, int flags), (fd, message, flags), message->msg_iov,
                 static_cast<long>(message->msg_iovlen))
WG_WRITES_VECTORS(readv, (int fd, const iovec* parts, int n), (fd, parts, n), parts, n)
WG_WRITES_VECTORS(preadv, (int fd, const iovec* parts, int n, off_t at), (fd, parts, n, at), parts, n)
WG_WRITES_VECTORS(preadv64, (int fd, const iovec* parts, int n, off64_t at), (fd, parts, n, at), parts, n)
WG_WRITES_VECTORS(preadv2, (int fd, const iovec* parts, int n, off_t at, int flags), (fd, parts, n, at, flags), parts, n)
WG_WRITES_VECTORS(preadv64v2, (int fd, const iovec* parts, int n, off64_t at, int flags), (fd, parts, n, at, flags), parts, n)
WG_WRITES_VECTORS(recvmsg, (int fd, msghdr* message, int flags), (fd, message, flags), message->msg_iov,
                  static_cast<long>(message->msg_iovlen))

// Text that is longer than a stream's buffer is written from where it lies.
namespace {

size_t length_if_shared(const char* text) { return wg::in_mapped_range(reinterpret_cast<uint64_t>(text)) ? std::strlen(text) : 0; }

}  // namespace

#undef fputs_unlocked
WG_READS(int, fputs, (const char* text, FILE* file), (text, file), text, length_if_shared(text))
WG_READS(int, fputs_unlocked, (const char* text, FILE* file), (text, file), text, length_if_shared(text))
WG_READS(int, puts, (const char* text), (text), text, length_if_shared(text))

// A stream would hand its buffer to the kernel from within libc: one that lies in pinned memory gets a buffer of its own.
WG_EXPORT int setvbuf(FILE* file, char* buffer, int mode, size_t bytes) {
  static const auto real = next<int (*)(FILE*, char*, int, size_t)>("setvbuf");
  return real(file, wg::in_mapped_range(reinterpret_cast<uint64_t>(buffer)) ? nullptr : buffer, mode, bytes);
}
WG_EXPORT void setbuffer(FILE* file, char* buffer, size_t bytes) { setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, bytes); }
WG_EXPORT void setbuf(FILE* file, char* buffer) { setbuffer(file, buffer, BUFSIZ); }
