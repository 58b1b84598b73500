#include "host_fault.h"

#include <link.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>

#include "../core/memory.h"
#include "connection.h"
#include "guard.h"
#include "signals.h"

namespace wg::client {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr int kSegments = 512;

// Where code lies, noted before the fault: inside the handler the loader's lists may be half changed.
struct Segment {
  uint64_t from, to, base;
  bool of_system;  // libc, libstdc++, this library
  char name[256];
};
Segment segments[kSegments];
int segment_count = 0;

int note_segments(dl_phdr_info* info, size_t, void*) {
  for (int i = 0; i < info->dlpi_phnum && segment_count < kSegments; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || !(header.p_flags & PF_X)) continue;
    Segment& s = segments[segment_count++];
    s.base = info->dlpi_addr;
    s.from = info->dlpi_addr + header.p_vaddr;
    s.to = s.from + header.p_memsz;
    std::strncpy(s.name, info->dlpi_name && *info->dlpi_name ? info->dlpi_name : "program", sizeof s.name - 1);
    const char* slash = std::strrchr(s.name, '/');
    const char* file = slash ? slash + 1 : s.name;
    s.of_system = false;
    for (const char* ours :
         {"libc.so", "libm.so", "libstdc++.so", "libgcc_s.so", "ld-linux", "libcudart.so", "linux-vdso", "libpthread.so"})
      s.of_system |= std::strncmp(file, ours, std::strlen(ours)) == 0;
  }
  return 0;
}

uint64_t program_counter(const ucontext_t* context) {
#if defined(__x86_64__)
  return static_cast<uint64_t>(context->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return context->uc_mcontext.pc;
#else
#error "warpgrade runs on x86-64 and aarch64"
#endif
}

uint64_t stack_pointer(const ucontext_t* context) {
#if defined(__x86_64__)
  return static_cast<uint64_t>(context->uc_mcontext.gregs[REG_RSP]);
#else
  return context->uc_mcontext.sp;
#endif
}

const Segment* segment_of(uint64_t pc) {
  for (int i = 0; i < segment_count; ++i) {
    if (pc >= segments[i].from && pc < segments[i].to) return &segments[i];
  }
  return nullptr;
}

// Whether a call instruction ends right before this address.
bool follows_call(uint64_t address) {
#if defined(__x86_64__)
  const auto* at = reinterpret_cast<const uint8_t*>(address);
  const auto indirect = [](uint8_t modrm) { return (modrm >> 3 & 7) == 2; };
  return at[-5] == 0xE8 || (at[-6] == 0xFF && at[-5] == 0x15) || (at[-2] == 0xFF && indirect(at[-1])) ||
         (at[-3] == 0xFF && indirect(at[-2]));
#else
  return (*reinterpret_cast<const uint32_t*>(address - 4) & 0xFC000000) == 0x94000000 ||
         (*reinterpret_cast<const uint32_t*>(address - 4) & 0xFFFFFC1F) == 0xD63F0000;
#endif
}

thread_local CallPlace launch_place, library_place;
thread_local int library_depth = 0;

void say(const char* text) { (void)!write(STDERR_FILENO, text, std::strlen(text)); }

void reserve(uint64_t base, uint64_t bytes) {
  mmap(reinterpret_cast<void*>(base), bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
}

}  // namespace

uint64_t host_place(uint64_t pc, uint64_t stack_pointer) {
  constexpr uint64_t kWords = 512;
  const Segment* here = segment_of(pc);
  if (here && !here->of_system) return pc;
  for (uint64_t i = 0; i < kWords; ++i) {
    const uint64_t word = reinterpret_cast<const uint64_t*>(stack_pointer & ~uint64_t{7})[i];
    const Segment* caller = segment_of(word);
    if (caller && !caller->of_system && word - 6 >= caller->from && follows_call(word)) return word - 1;
  }
  return pc;
}

HostPlace module_of_host_code(uint64_t pc) {
  const Segment* place = segment_of(pc);
  return place ? HostPlace{place->name, pc - place->base} : HostPlace{"", pc};
}

// This library is compiled with frame pointers, so the way back to its caller is known for sure; what lies beyond is looked at with care.
[[gnu::noinline]] CallPlace calling_place() {
  constexpr uint64_t kFrameBytes = 1 << 20;
  if (library_place.offset) return library_place;
  if (launch_place.offset) return launch_place;
  const Segment* ours = segment_of(reinterpret_cast<uint64_t>(&calling_place));
  const auto* frame = static_cast<const uint64_t*>(__builtin_frame_address(0));
  while (ours && segment_of(frame[1]) == ours) frame = reinterpret_cast<const uint64_t*>(frame[0]);
  const Segment* place = segment_of(frame[1]);
  if (!ours || !place || place->of_system) return {};
  CallPlace found{place->name, frame[1] - 1 - place->base, 0};
  const uint64_t here = reinterpret_cast<uint64_t>(frame), next = frame[0];
  if (next <= here || next - here > kFrameBytes || next % 8) return found;
  const uint64_t outer = reinterpret_cast<const uint64_t*>(next)[1];
  if (segment_of(outer) == place && outer - 6 >= place->from && follows_call(outer)) found.outer = outer - 1 - place->base;
  return found;
}

void note_launch() { launch_place = calling_place(); }
void forget_launch() { launch_place = {}; }

void enter_library(const void* returns_to) {
  if (library_depth++) return;
  const uint64_t pc = reinterpret_cast<uint64_t>(returns_to) - 1;
  const Segment* place = segment_of(pc);
  library_place = place ? CallPlace{place->name, pc - place->base, 0} : CallPlace{};
}

void leave_library() {
  if (library_depth > 0 && --library_depth == 0) library_place = {};
}

void on_host_fault(int signal, siginfo_t* info, void* context) {
  // Signals that somebody sent, and addresses that no pointer can have (SI_KERNEL), come without an address.
  const bool known = info->si_code > 0 && info->si_code != SI_KERNEL;
  const uint64_t address = known ? reinterpret_cast<uint64_t>(info->si_addr) : ~uint64_t{0};
  if (signal == SIGSEGV && in_mapped_range(address) && pass_guard(address, context)) return;
  if (pass_to_program(signal, info, context)) return;
  const auto* state = static_cast<const ucontext_t*>(context);
  uint64_t pc = program_counter(state);
  // A fault within a library of the system's is that of the call that led there; where the stack is full there is nothing to look at.
  const uint64_t stack = stack_pointer(state);
  if (!known || address + kStackBytes < stack || address > stack + kStackBytes || signal == SIGABRT) pc = host_place(pc, stack);
  const Segment* place = segment_of(pc);
  Connection::get().send_fault(address, place ? pc - place->base : pc, static_cast<uint8_t>(signal), place ? place->name : "");
  if (signal != SIGSEGV && signal != SIGBUS) {
    // no address to explain
  } else if (in_device_range(address)) {
    say("warpgrade: host code used a device pointer as if it were its own memory. Device memory is reached by kernels and cudaMemcpy "
        "only.\n");
  } else if (in_mapped_range(address)) {
    say("warpgrade: host code used pinned or managed memory that has been freed, or wrote beyond it.\n");
  }
  leave_to_system(signal);  // back from here the instruction faults again, now for good
  if (info->si_code <= 0) raise(signal);
}

void reserve_device_range() {
  reserve(kDeviceBase, kDeviceBytes);
  reserve(kMappedBase, kMappedBytes);
  reserve(kSharedWindow, kWindowBytes);
  reserve(kLocalWindow, kWindowBytes);
}

void note_loaded_code() {
  segment_count = 0;
  dl_iterate_phdr(note_segments, nullptr);
}

void install_fault_handler() {
  note_loaded_code();
  static bool installed = false;
  if (installed) return;
  installed = true;
  // Own stack, so that a stack overflow is reported as well. Only this thread gets one; the handler works without.
  static uint8_t stack[kStackBytes];
  stack_t current{};
  if (sigaltstack(nullptr, &current) == 0 && current.ss_flags & SS_DISABLE) {
    stack_t ours{};
    ours.ss_sp = stack;
    ours.ss_size = sizeof stack;
    sigaltstack(&ours, nullptr);
  }
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) take_signal(signal, on_host_fault);
}

}  // namespace wg::client
