// syscall(): the calls by number that move data to or from guarded memory. All others go as they are.
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>
#include <optional>

#include "interpose.h"

using wg::client::next;
using wg::client::OpenRange;

WG_EXPORT long syscall(long number, ...) {
  static const auto real = next<long (*)(long, ...)>("syscall");
  long a[6];
  va_list all;
  va_start(all, number);
  for (long& each : a) each = va_arg(all, long);  // those that weren't given are whatever stands there: the kernel takes no notice
  va_end(all);
  const void* const caller = __builtin_return_address(0);
  std::optional<OpenRange> path, data;
  bool fills = false;
  const auto name = [&](int at) { path.emplace(OpenRange::Text{reinterpret_cast<const char*>(a[at])}, caller); };
  const auto reads = [&](int at) {
    data.emplace(reinterpret_cast<const void*>(a[at]), static_cast<size_t>(a[at + 1]), caller);
    data->read();
  };
  const auto writes = [&](int at) {
    data.emplace(reinterpret_cast<const void*>(a[at]), static_cast<size_t>(a[at + 1]), caller);
    fills = true;
  };
  switch (number) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_sendto: reads(1); break;
    case SYS_read:
    case SYS_pread64:
    case SYS_recvfrom: writes(1); break;
    case SYS_getrandom:
    case SYS_getcwd: writes(0); break;
    case SYS_openat: name(1); break;
    case SYS_readlinkat:
      name(1);
      writes(2);
      break;
#ifdef SYS_open
    case SYS_open: name(0); break;
    case SYS_readlink:
      name(0);
      writes(1);
      break;
#endif
    default: break;
  }
  const long done = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (fills && done > 0) data->wrote(static_cast<size_t>(done));
  return done;
}
