#include "signals.h"

#include <atomic>
#include <cerrno>

#include "interpose.h"

namespace wg::client {
namespace {

// libc's, whatever this library calls itself by these names
int system_sigaction(int signal, const struct sigaction* action, struct sigaction* before) {
  static const auto real = next<int (*)(int, const struct sigaction*, struct sigaction*)>("sigaction");
  return real(signal, action, before);
}

struct Taken {
  int signal;
  std::atomic<bool> ours{false};
  bool found = false;          // the program's action came by a way that we don't see, and may lead back to us
  struct sigaction program{};  // what it has asked for
};
Taken taken[] = {{SIGSEGV}, {SIGBUS}, {SIGTRAP}, {SIGFPE}, {SIGILL}, {SIGABRT}};

Taken* find(int signal) {
  for (Taken& each : taken) {
    if (each.signal == signal) return &each;
  }
  return nullptr;
}

// A thread that blocks these would be killed by a guard, where hardware knows of none.
void unblock_ours(sigset_t* set) {
  sigdelset(set, SIGSEGV);
  sigdelset(set, SIGTRAP);
}

}  // namespace

void take_signal(int signal, SignalHandler handler) {
  Taken& mine = *find(signal);
  struct sigaction now{};
  if (system_sigaction(signal, nullptr, &now) != 0) return;
  if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == handler) return;
  mine.found = mine.ours;
  mine.program = now;
  struct sigaction action{};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  mine.ours = system_sigaction(signal, &action, nullptr) == 0;
}

bool pass_to_program(int signal, siginfo_t* info, void* context) {
  Taken& mine = *find(signal);
  const struct sigaction action = mine.program;
  const bool by_hand = info->si_code <= 0;  // kill, raise: those can be ignored
  if (!(action.sa_flags & SA_SIGINFO)) {
    if (action.sa_handler == SIG_DFL) return false;
    if (action.sa_handler == SIG_IGN) return by_hand;
  }
  if (mine.found || action.sa_flags & static_cast<int>(SA_RESETHAND)) {
    mine.program = {};
    mine.program.sa_handler = SIG_DFL;
  }
  sigset_t blocked = action.sa_mask, before;
  unblock_ours(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  if (action.sa_flags & SA_NODEFER) {
    sigset_t itself;
    sigemptyset(&itself);
    sigaddset(&itself, signal);
    pthread_sigmask(SIG_UNBLOCK, &itself, nullptr);
  }
  if (action.sa_flags & SA_SIGINFO) action.sa_sigaction(signal, info, context);
  else action.sa_handler(signal);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return true;
}

void leave_to_system(int signal) {
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  system_sigaction(signal, &action, nullptr);
}

}  // namespace wg::client

using namespace wg::client;

WG_EXPORT int sigaction(int signal, const struct sigaction* action, struct sigaction* before) noexcept {
  if (Taken* mine = find(signal); mine && mine->ours) {
    const struct sigaction had = mine->program;
    if (action) {
      mine->program = *action;
      mine->found = false;
    }
    if (before) *before = had;
    return 0;
  }
  if (!action) return system_sigaction(signal, action, before);
  struct sigaction wanted = *action;
  unblock_ours(&wanted.sa_mask);
  return system_sigaction(signal, &wanted, before);
}

namespace {

sighandler_t set_handler(int signal, sighandler_t handler, int flags) {
  struct sigaction action{}, before{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, &before) == 0 ? before.sa_handler : SIG_ERR;
}

int set_mask(int (*real)(int, const sigset_t*, sigset_t*), int how, const sigset_t* set, sigset_t* before) {
  if (!set || how == SIG_UNBLOCK) return real(how, set, before);
  sigset_t wanted = *set;
  unblock_ours(&wanted);
  return real(how, &wanted, before);
}

}  // namespace

WG_EXPORT sighandler_t signal(int number, sighandler_t handler) noexcept { return set_handler(number, handler, SA_RESTART); }
WG_EXPORT sighandler_t ssignal(int number, sighandler_t handler) noexcept { return set_handler(number, handler, SA_RESTART); }
WG_EXPORT sighandler_t bsd_signal(int number, sighandler_t handler) noexcept { return set_handler(number, handler, SA_RESTART); }
WG_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler) noexcept {
  return set_handler(number, handler, static_cast<int>(SA_RESETHAND) | SA_NODEFER);
}
WG_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler) noexcept {
  return set_handler(number, handler, static_cast<int>(SA_RESETHAND) | SA_NODEFER);
}
WG_EXPORT int pthread_sigmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  static const auto real = next<int (*)(int, const sigset_t*, sigset_t*)>("pthread_sigmask");
  return set_mask(real, how, set, before);
}
WG_EXPORT int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  static const auto real = next<int (*)(int, const sigset_t*, sigset_t*)>("sigprocmask");
  return set_mask(real, how, set, before);
}
