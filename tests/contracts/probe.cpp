// One small program that does what a sandbox must stop, by name. Exit status 0 and a word on stdout where the deed succeeded; otherwise
// "errno N". Plain system calls where a library would get in the way.
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

static int report(long result) {
  if (result < 0) std::printf("errno %d\n", errno);
  else std::printf("succeeded\n");
  return 0;
}

static void touch(size_t mib) {  // every page, so that it is really held
  char* p = static_cast<char*>(std::malloc(mib << 20));
  if (p == nullptr) throw std::bad_alloc();
  for (size_t i = 0; i < mib << 20; i += 4096) p[i] = 1;
  asm volatile("" : : "r"(p) : "memory");  // or the compiler leaves out what nobody reads
}

// Until somebody ends it: a byte to the file every 10 ms.
static void beat(const char* file) {
  int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);
  for (int i = 0; i < 3000; ++i) {
    (void)!write(fd, "x", 1);
    usleep(10000);
  }
}

static int connect_unix(const char* name, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path + (abstract ? 1 : 0), name);
  socklen_t size = offsetof(sockaddr_un, sun_path) + std::strlen(name) + 1;
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), size) < 0) return report(-1);
  char buffer[64] = {};
  (void)!write(fd, "ping", 4);
  (void)!read(fd, buffer, sizeof buffer - 1);
  std::printf("%s\n", buffer);
  return 0;
}

static int call(const std::string& name) {
  char buffer[64] = {};
  if (name == "ptrace") return report(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
  if (name == "process_vm_readv") return report(syscall(SYS_process_vm_readv, getppid(), buffer, 0, buffer, 0, 0));
  if (name == "io_uring_setup") return report(syscall(SYS_io_uring_setup, 1, buffer));
  if (name == "bpf") return report(syscall(SYS_bpf, 0, buffer, sizeof buffer));
  if (name == "perf_event_open") return report(syscall(SYS_perf_event_open, buffer, 0, -1, -1, 0));
  if (name == "userfaultfd") return report(syscall(SYS_userfaultfd, 0));
  if (name == "keyctl") return report(syscall(SYS_keyctl, 0, -3, 0));
  if (name == "add_key") return report(syscall(SYS_add_key, "user", "x", "y", 1, -3));
  if (name == "unshare") return report(unshare(CLONE_NEWUSER));
  if (name == "setns") return report(setns(0, 0));
  if (name == "clone_newuser") return report(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  if (name == "mount") return report(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0));
  if (name == "open_by_handle_at") return report(syscall(SYS_open_by_handle_at, 0, buffer, 0));
  if (name == "kexec_load") return report(syscall(SYS_kexec_load, 0, 0, 0, 0));
  if (name == "personality") return report(syscall(SYS_personality, 0x0400000));  // READ_IMPLIES_EXEC
  if (name == "chroot") return report(chroot("/tmp"));
  if (name == "setuid") return report(setuid(1000));
  if (name == "socket_inet") return report(socket(AF_INET, SOCK_STREAM, 0));
  if (name == "socket_inet6") return report(socket(AF_INET6, SOCK_DGRAM, 0));
  if (name == "socket_netlink") return report(socket(AF_NETLINK, SOCK_RAW, 0));
  if (name == "socket_packet") return report(socket(AF_PACKET, SOCK_RAW, 0));
  if (name == "type_into_terminal") return report(syscall(SYS_ioctl, 0, 0x5412, buffer));
  if (name == "chmod_setuid") {
    close(open("/tmp/s", O_CREAT | O_WRONLY, 0755));
    return report(chmod("/tmp/s", 04755));
  }
  if (name == "create_setuid") return report(open("/tmp/t", O_CREAT | O_WRONLY, 04755));
  if (name == "settimeofday") return report(syscall(SYS_settimeofday, 0, 0));
  return 99;
}

int main(int argc, char** argv) {
  setvbuf(stdout, nullptr, _IONBF, 0);
  const std::string deed = argc > 1 ? argv[1] : "";
  const std::string text = argc > 2 ? argv[2] : "";
  const long number = std::atol(text.c_str());
  if (deed == "call") return call(text);
  if (deed == "raise") return raise(static_cast<int>(number));
  if (deed == "hog") return touch(number), usleep(100000), std::printf("held\n"), 0;
  if (deed == "hog_slowly") {  // out of a single process's sight: many small holders
    for (long i = 0; i < number / 16; ++i) {
      if (fork() == 0) touch(16), sleep(30), _exit(0);
      usleep(5000);
    }
    sleep(30);
    return 0;
  }
  if (deed == "reserve") {  // as our CUDA client does: addresses only
    void* p = mmap(nullptr, size_t(number) << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return report(p == MAP_FAILED ? -1 : 0);
  }
  if (deed == "forks") {
    int made = 0;
    for (; made < number; ++made) {
      pid_t pid = fork();
      if (pid < 0) break;
      if (pid == 0) sleep(30), _exit(0);
    }
    std::printf("%d\n", made);
    return 0;
  }
  if (deed == "flood") {
    std::vector<char> block(1 << 16, 'x');
    for (long i = 0; i < number * 16; ++i)
      for (size_t done = 0; done < block.size();) {
        ssize_t n = write(i % 2 ? 2 : 1, block.data() + done, block.size() - done);
        if (n < 0) return 1;
        done += n;
      }
    return 0;
  }
  if (deed == "fill") {  // argv[2] MiB into each of argv[3..]
    std::vector<char> block(1 << 20, 'x');
    for (int f = 3; f < argc; ++f) {
      int fd = open(argv[f], O_CREAT | O_WRONLY | O_TRUNC, 0644);
      for (long i = 0; i < number; ++i)
        if (write(fd, block.data(), block.size()) < ssize_t(block.size())) {
          std::printf("errno %d after %ld MiB of file %d\n", errno, i, f - 3);
          return 1;
        }
      close(fd);
    }
    return report(0);
  }
  if (deed == "many_files") {
    for (long i = 0;; ++i) {
      int fd = open((text + "/" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0644);
      if (fd < 0) return report(-1);
      close(fd);
    }
  }
  if (deed == "spin") {
    for (;;) asm volatile("");
  }
  if (deed == "ignore") {  // every signal that can be ignored
    for (int s = 1; s < 65; ++s) signal(s, SIG_IGN);
    for (;;) pause();
  }
  if (deed == "stop") return raise(SIGSTOP);
  if (deed == "survive") {  // double fork, own session, keeps stdout open and says that it lives
    if (fork() == 0) {
      setsid();
      if (fork() == 0) {
        for (int s = 1; s < 65; ++s) signal(s, SIG_IGN);
        beat(text.c_str());
      }
      _exit(0);
    }
    for (struct stat info; stat(text.c_str(), &info) != 0;) usleep(1000);
    return 0;
  }
  if (deed == "beat") return beat(text.c_str()), 0;
  if (deed == "connect") return connect_unix(text.c_str(), false);
  if (deed == "connect_abstract") return connect_unix(text.c_str(), true);
  return 99;
}
