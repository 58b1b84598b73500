// System calls that are handed guarded memory: the kernel would answer EFAULT where hardware reads or writes what is there. Programs bind
// to these before libc's own; each notes what it touches, opens it for the call, and does what libc's does.
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>

#include "guard.h"

using wg::client::OpenRange;

namespace {

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

constexpr int kVectors = 16;  // of readv and writev; further ones are left to the kernel

class OpenVectors {
 public:
  OpenVectors(const iovec* parts, int count, const void* caller) : count_(std::min(count, kVectors)) {
    for (int i = 0; i < count_; ++i) open_[i].emplace(parts[i].iov_base, parts[i].iov_len, caller);
  }
  void read(const iovec*) const {
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

// `at`, `bytes`: what the call may use. What a call that reads from the program's memory uses is known before it; what one that writes
// there has used is known after it (`used`, of its result).
#define WG_READS(result, name, parameters, arguments, at, bytes)             \
  extern "C" __attribute__((visibility("default"))) result name parameters { \
    static const auto real = next<result(*) parameters>(#name);              \
    const OpenRange open((at), (bytes), __builtin_return_address(0));        \
    open.read();                                                             \
    return real arguments;                                                   \
  }
#define WG_WRITES(result, name, parameters, arguments, at, bytes, used)      \
  extern "C" __attribute__((visibility("default"))) result name parameters { \
    static const auto real = next<result(*) parameters>(#name);              \
    const OpenRange open((at), (bytes), __builtin_return_address(0));        \
    const result done = real arguments;                                      \
    if (done > 0) open.wrote(size_t(done) * (used));                         \
    return done;                                                             \
  }

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

extern "C" __attribute__((visibility("default"))) ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("writev");
  const OpenVectors open(parts, count, __builtin_return_address(0));
  open.read(parts);
  return real(fd, parts, count);
}
extern "C" __attribute__((visibility("default"))) ssize_t readv(int fd, const iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("readv");
  const OpenVectors open(parts, count, __builtin_return_address(0));
  const ssize_t done = real(fd, parts, count);
  if (done > 0) open.wrote(parts, size_t(done));
  return done;
}
