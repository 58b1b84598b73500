// warpgrade-warden CHANNEL FOLDER...: pid 1 of a sandbox, which runs one command after another and leaves nothing of one for the next.
// CHANNEL: the number of an inherited SOCK_SEQPACKET socket, or the path of a listening one. FOLDERs are emptied between commands.
//
// The judge sends a packet a command: NUL-terminated words (see Request), with the descriptors of stdout and stderr. The warden answers
// "ready" when a command may come, and "ended STATUS CPU_US PEAK_KIB" when its first process has ended and everything else that it left in
// the pid namespace is dead and reaped. At end-of-file it exits; the kernel then kills the namespace. If it can't clean up it exits too:
// the judge starts another sandbox.
//
// It shares the user with the commands, so it holds itself shut: not dumpable (no /proc/1/mem, no ptrace), and pid 1 hears no signal from
// inside. It is static, since a sandbox need not have libraries.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr size_t kMostBytes = 1 << 20;  // of a request
constexpr int kMostDepth = 200;         // of folders to empty, each an open descriptor

char the_packet[kMostBytes];

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "warden: %s: %s\n", what, std::strerror(errno));
  std::_Exit(70);
}

// One command: "-" stands for no limit.
struct Request {
  const char *cpu_s, *file_bytes, *data_bytes, *open_files, *processes, *folder;
  std::vector<char*> argv, environment;  // each ends with a null pointer
  int out = -1, err = -1;
};

class Words {
 public:
  Words(char* begin, char* end) : at_(begin), end_(end) {}
  char* next() {
    char* word = at_;
    char* stop = static_cast<char*>(std::memchr(at_, 0, size_t(end_ - at_)));
    if (!stop) errno = EPROTO, fail("a request is cut off");
    at_ = stop + 1;
    return word;
  }
  std::vector<char*> list() {
    std::vector<char*> words(std::strtoul(next(), nullptr, 10));
    for (char*& word : words) word = next();
    words.push_back(nullptr);
    return words;
  }

 private:
  char *at_, *end_;
};

// False at end-of-file.
bool receive(int channel, Request& request) {
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
  iovec part{the_packet, sizeof the_packet};
  msghdr message{};
  message.msg_iov = &part, message.msg_iovlen = 1;
  message.msg_control = control, message.msg_controllen = sizeof control;
  const ssize_t bytes = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  if (bytes == 0) return false;
  if (bytes < 0 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) fail("a request can't be read");
  const cmsghdr* sent = CMSG_FIRSTHDR(&message);
  if (!sent || sent->cmsg_type != SCM_RIGHTS || sent->cmsg_len != CMSG_LEN(2 * sizeof(int)))
    errno = EPROTO, fail("a request without outputs");
  int descriptors[2];
  std::memcpy(descriptors, CMSG_DATA(sent), sizeof descriptors);
  request.out = descriptors[0], request.err = descriptors[1];
  Words words(the_packet, the_packet + bytes);
  for (const char** field :
       {&request.cpu_s, &request.file_bytes, &request.data_bytes, &request.open_files, &request.processes, &request.folder})
    *field = words.next();
  request.argv = words.list();
  request.environment = words.list();
  return true;
}

void answer(int channel, const char* text) {
  if (send(channel, text, std::strlen(text), MSG_NOSIGNAL) < 0) std::_Exit(0);  // the judge is gone
}

// ---- the command's first process

void bound(__rlimit_resource what, const char* value, rlim_t grace = 0) {
  rlimit old, wanted;
  if (value[0] == '-' || getrlimit(what, &old) != 0) return;
  wanted.rlim_cur = std::strtoull(value, nullptr, 10);
  wanted.rlim_max = std::min<rlim_t>(wanted.rlim_cur + grace, old.rlim_max);  // lower already: that is fine
  wanted.rlim_cur = std::min(wanted.rlim_cur, wanted.rlim_max);
  setrlimit(what, &wanted);
}

[[noreturn]] void become(const Request& request) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setsid();
  prctl(PR_SET_DUMPABLE, 1);  // else its own files in /proc wouldn't be its own
  if (const int score = open("/proc/self/oom_score_adj", O_WRONLY); score >= 0) {
    (void)!write(score, "1000", 4);  // if memory runs out it isn't the warden that goes
    close(score);
  }
  const int in = open("/dev/null", O_RDONLY);
  // the three descriptors may have any numbers: first out of the way of each other
  const int out = fcntl(request.out, F_DUPFD, 10), err = fcntl(request.err, F_DUPFD, 10);
  dup2(in, 0), dup2(out, 1), dup2(err, 2);
  if (syscall(SYS_close_range, 3u, ~0u, 0u) != 0)
    for (int each = 3; each < 1024; ++each) close(each);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  bound(RLIMIT_FSIZE, request.file_bytes);
  bound(RLIMIT_NOFILE, request.open_files);
  bound(RLIMIT_DATA, request.data_bytes);
  bound(RLIMIT_NPROC, request.processes);
  bound(RLIMIT_CPU, request.cpu_s, 1);  // SIGXCPU, and SIGKILL a second later
  if (chdir(request.folder) != 0) {
    std::fprintf(stderr, "%s: %s\n", request.folder, std::strerror(errno));
    std::_Exit(126);
  }
  environ = const_cast<char**>(request.environment.data());
  execvp(request.argv[0], request.argv.data());
  const int why = errno;
  std::fprintf(stderr, "%s: %s\n", request.argv[0], why == ENOENT ? "not found" : std::strerror(why));
  std::_Exit(why == ENOENT ? 127 : 126);
}

// ---- what is left of it

struct Usage {
  uint64_t cpu_us = 0;
  long peak_kib = 0;
  void add(const rusage& used) {
    for (const timeval& time : {used.ru_utime, used.ru_stime}) cpu_us += uint64_t(time.tv_sec) * 1'000'000 + uint64_t(time.tv_usec);
    peak_kib = std::max(peak_kib, used.ru_maxrss);
  }
};

// Waits until `first` has ended, reaping orphans on the way. Exits if the judge closes the channel meanwhile.
int wait_for(pid_t first, int channel, int children, Usage& usage) {
  for (;;) {
    int status;
    rusage used;
    for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &used)) > 0;) {
      usage.add(used);
      if (pid == first) return status;
    }
    pollfd files[] = {{channel, POLLIN, 0}, {children, POLLIN, 0}};
    if (poll(files, 2, -1) < 0 && errno != EINTR) fail("poll");
    if (files[0].revents) std::_Exit(0);  // nothing is sent while a command runs: this is the end
    signalfd_siginfo told;
    if (files[1].revents) (void)!read(children, &told, sizeof told);
  }
}

// Everything in the namespace but ourselves; a process that is just being made is caught by the kernel's own lock, or in the next turn.
void kill_the_rest(Usage& usage) {
  for (;;) {
    kill(-1, SIGKILL);
    int status;
    rusage used;
    const pid_t pid = wait4(-1, &status, 0, &used);
    if (pid > 0) usage.add(used);
    if (pid < 0 && errno == ECHILD) return;
  }
}

// What emptying a folder came to. A mount below it (the judge's own folders may lie in /tmp) is left alone, and so are folders on its way.
enum class Left { nothing, mounts, more };

Left empty(int folder, dev_t device, int depth);

Left remove_folder(int parent, const char* name, dev_t device, int depth) {
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (folder < 0) {  // closed to its own owner
    fchmodat(parent, name, 0700, 0);
    folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }
  if (folder < 0 || fstat(folder, &status) != 0) return close(folder), Left::more;
  if (status.st_dev != device) return close(folder), Left::mounts;
  fchmod(folder, 0755);
  const Left left = empty(folder, device, depth + 1);
  if (left == Left::nothing && unlinkat(parent, name, AT_REMOVEDIR) != 0) return Left::more;
  return left;
}

// Closes `folder`.
Left empty(int folder, dev_t device, int depth) {
  DIR* listing = depth > kMostDepth ? nullptr : fdopendir(folder);
  if (!listing) return close(folder), Left::more;
  Left left = Left::nothing;
  for (bool again = true; again && left != Left::more;) {  // after deletions: a listing may step over entries then
    again = false, left = Left::nothing;
    rewinddir(listing);
    while (const dirent* entry = readdir(listing)) {
      const char* name = entry->d_name;
      if (!std::strcmp(name, ".") || !std::strcmp(name, "..")) continue;
      Left here = Left::nothing;
      if (unlinkat(folder, name, 0) != 0 && errno != ENOENT)
        here = errno == EBUSY ? Left::mounts : errno == EISDIR || errno == EPERM ? remove_folder(folder, name, device, depth) : Left::more;
      if (here == Left::nothing) again = true;
      left = std::max(left, here);
      if (left == Left::more) break;
    }
  }
  closedir(listing);
  return left;
}

bool wipe(const char* path) {
  struct stat status;
  if (stat(path, &status) != 0) return errno == ENOENT;
  if (status.st_uid == geteuid() && (status.st_mode & 07777) != 01777 && chmod(path, 01777) != 0) return false;
  const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || empty(folder, status.st_dev, 0) == Left::more) return false;
  utimensat(AT_FDCWD, path, nullptr, 0);  // a folder's times may be set to anything: that would be a message
  return true;
}

// What the next command would inherit, or find, and a command can change: the priority, policy and processors of whoever has the same user,
// and where everything is mounted (it may rename a folder of /tmp in which the judge's are).
std::string surroundings() {
  cpu_set_t processors{};
  sched_getaffinity(0, sizeof processors, &processors);
  std::string text(reinterpret_cast<const char*>(&processors), sizeof processors);
  text += std::to_string(getpriority(PRIO_PROCESS, 0)) + ' ' + std::to_string(sched_getscheduler(0)) + '\n';
  const int file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("/proc/self/mountinfo");
  char part[4096];
  for (ssize_t bytes; (bytes = read(file, part, sizeof part)) > 0;) text.append(part, size_t(bytes));
  close(file);
  return text;
}

// /proc/sysvipc/NAME: a line an object; the second column is its number.
void remove_objects(const char* file, int (*remove)(int)) {
  FILE* table = std::fopen(file, "re");
  if (!table) return;
  char line[512];
  for (bool heading = true; std::fgets(line, sizeof line, table); heading = false) {
    long key;
    int id;
    if (!heading && std::sscanf(line, "%ld %d", &key, &id) == 2) remove(id);
  }
  std::fclose(table);
}

void remove_all_objects() {
  remove_objects("/proc/sysvipc/shm", [](int id) { return shmctl(id, IPC_RMID, nullptr); });
  remove_objects("/proc/sysvipc/sem", [](int id) { return semctl(id, 0, IPC_RMID); });
  remove_objects("/proc/sysvipc/msg", [](int id) { return msgctl(id, IPC_RMID, nullptr); });
}

int opened(const char* channel) {
  char* end = nullptr;
  const long number = std::strtol(channel, &end, 10);
  if (*channel && !*end) {
    if (fcntl(int(number), F_SETFD, FD_CLOEXEC) != 0) fail("the channel");
    return int(number);
  }
  const int file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (file < 0 || std::strlen(channel) >= sizeof address.sun_path) fail("the channel");
  std::strcpy(address.sun_path, channel);
  if (connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail(channel);
  return file;
}

}  // namespace

int main(int argc, char** argv) {
  // Elsewhere kill(-1) would reach the judge's own processes.
  if (argc < 2 || getpid() != 1) {
    std::fprintf(stderr, "usage: warpgrade-warden CHANNEL FOLDER..., as pid 1 of a sandbox\n");
    return 64;
  }
  prctl(PR_SET_DUMPABLE, 0);
  const int channel = opened(argv[1]);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, nullptr);
  const int children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (children < 0) fail("signalfd");
  const std::string at_start = surroundings();
  for (;;) {
    answer(channel, "ready");
    Request request;
    if (!receive(channel, request)) return 0;
    const pid_t first = fork();
    if (first == 0) become(request);
    if (first < 0) fail("fork");
    close(request.out), close(request.err);
    Usage usage;
    const int status = wait_for(first, channel, children, usage);
    kill_the_rest(usage);
    char text[96];
    std::snprintf(text, sizeof text, "ended %d %llu %ld", status, static_cast<unsigned long long>(usage.cpu_us), usage.peak_kib);
    answer(channel, text);
    remove_all_objects();
    for (int each = 2; each < argc; ++each)
      if (!wipe(argv[each])) return 71;
    if (surroundings() != at_start) return 72;
  }
}
