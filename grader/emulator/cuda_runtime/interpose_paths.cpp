// Calls that take the name of a file, or fill in what the kernel knows of one, where that lies in guarded memory.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "interpose.h"

using wg::client::next;
using wg::client::OpenRange;

namespace {

using Mode = mode_t;

bool has_mode(int flags) { return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace

#define WG_PATH(result, name, parameters, arguments, path)                    \
  WG_EXPORT result name parameters {                                          \
    static const auto real = next<result(*) parameters>(#name);               \
    const OpenRange open(OpenRange::Text{path}, __builtin_return_address(0)); \
    return real arguments;                                                    \
  }
// a name, and `bytes` at `to` for what is known of the file
#define WG_PATH_WRITES(result, name, parameters, arguments, path, to, bytes, used) \
  WG_EXPORT result name parameters {                                               \
    static const auto real = next<result(*) parameters>(#name);                    \
    const OpenRange open(OpenRange::Text{path}, __builtin_return_address(0));      \
    const OpenRange filled((to), (bytes), __builtin_return_address(0));            \
    const result done = real arguments;                                            \
    if (done >= 0) filled.wrote(used);                                             \
    return done;                                                                   \
  }
// open(path, flags [, mode])
#define WG_OPEN(name, parameters, path, ...)                                  \
  WG_EXPORT int name parameters {                                             \
    static const auto real = next<int(*) parameters>(#name);                  \
    const OpenRange open(OpenRange::Text{path}, __builtin_return_address(0)); \
    if (!has_mode(flags)) return real(__VA_ARGS__, flags);                    \
    va_list rest;                                                             \
    va_start(rest, flags);                                                    \
    const Mode mode = va_arg(rest, Mode);                                     \
    va_end(rest);                                                             \
    return real(__VA_ARGS__, flags, mode);                                    \
  }

WG_OPEN(open, (const char* path, int flags, ...), path, path)
WG_OPEN(open64, (const char* path, int flags, ...), path, path)
WG_OPEN(openat, (int folder, const char* path, int flags, ...), path, folder, path)
WG_OPEN(openat64, (int folder, const char* path, int flags, ...), path, folder, path)
WG_PATH(int, __open_2, (const char* path, int flags), (path, flags), path)
WG_PATH(int, __open64_2, (const char* path, int flags), (path, flags), path)
WG_PATH(int, __openat_2, (int folder, const char* path, int flags), (folder, path, flags), path)
WG_PATH(int, __openat64_2, (int folder, const char* path, int flags), (folder, path, flags), path)
WG_PATH(int, creat, (const char* path, Mode mode), (path, mode), path)
WG_PATH(int, creat64, (const char* path, Mode mode), (path, mode), path)
WG_PATH(FILE*, fopen, (const char* path, const char* how), (path, how), path)
WG_PATH(FILE*, fopen64, (const char* path, const char* how), (path, how), path)
WG_PATH(FILE*, freopen, (const char* path, const char* how, FILE* file), (path, how, file), path)
WG_PATH(FILE*, freopen64, (const char* path, const char* how, FILE* file), (path, how, file), path)
WG_PATH(DIR*, opendir, (const char* path), (path), path)
WG_PATH(int, access, (const char* path, int mode), (path, mode), path)
WG_PATH(int, unlink, (const char* path), (path), path)
WG_PATH(int, remove, (const char* path), (path), path)
WG_PATH(int, mkdir, (const char* path, Mode mode), (path, mode), path)
WG_PATH(int, rmdir, (const char* path), (path), path)
WG_PATH(int, chdir, (const char* path), (path), path)
WG_PATH_WRITES(int, stat, (const char* path, struct stat* to), (path, to), path, to, sizeof *to, sizeof *to)
WG_PATH_WRITES(int, lstat, (const char* path, struct stat* to), (path, to), path, to, sizeof *to, sizeof *to)
WG_PATH_WRITES(int, stat64, (const char* path, struct stat64* to), (path, to), path, to, sizeof *to, sizeof *to)
WG_PATH_WRITES(int, lstat64, (const char* path, struct stat64* to), (path, to), path, to, sizeof *to, sizeof *to)
WG_PATH_WRITES(ssize_t, readlink, (const char* path, char* to, size_t n), (path, to, n), path, to, n, size_t(done))
WG_PATH_WRITES(ssize_t, readlinkat, (int folder, const char* path, char* to, size_t n), (folder, path, to, n), path, to, n, size_t(done))
WG_PATH_WRITES(ssize_t, __readlink_chk, (const char* path, char* to, size_t n, size_t room), (path, to, n, room), path, to, n, size_t(done))

namespace {

char* noted(char* found, const OpenRange& open) {
  if (found) open.wrote_text();
  return found;
}

}  // namespace

WG_EXPORT char* getcwd(char* to, size_t n) {
  static const auto real = next<char* (*)(char*, size_t)>("getcwd");
  const OpenRange open(to, to ? n : 0, __builtin_return_address(0));
  return noted(real(to, n), open);
}
WG_EXPORT char* __getcwd_chk(char* to, size_t n, size_t room) {
  static const auto real = next<char* (*)(char*, size_t, size_t)>("__getcwd_chk");
  const OpenRange open(to, to ? n : 0, __builtin_return_address(0));
  return noted(real(to, n, room), open);
}
