#include "guard.h"

#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "connection.h"
#include "host_fault.h"
#include "signals.h"

namespace wg::client {
namespace {

constexpr uint64_t kPage = 4096;
constexpr size_t kNoted = 16384;      // accesses between two calls
constexpr uint32_t kAccesses = 2000;  // of one guarded range; then the device does what is pending there, and the range is open
constexpr uint32_t kPolls = 64;       // of one instruction at one address: the program waits for the device to change it
constexpr size_t kOpen = 64;          // ranges that system calls use at once
constexpr size_t kPath = 4096;        // bytes of a file's name, at most
constexpr size_t kSteps = 6;          // pages that one instruction touches

struct Note {
  uint64_t address, bytes, pc;
  bool writes;
};

// All static: the handler must not allocate. Changed under `lock`, which nobody holds while touching the program's memory.
std::atomic_flag lock = ATOMIC_FLAG_INIT;
std::atomic<size_t> guard_count{0};
wire::Guard guards[wire::kGuards];
uint32_t hits[wire::kGuards];
Note notes[kNoted];
size_t note_count = 0;
struct Range {
  uint64_t from, to;
} open_ranges[kOpen];

class Locked {
 public:
  Locked() {
    while (lock.test_and_set(std::memory_order_acquire)) {}
  }
  ~Locked() { lock.clear(std::memory_order_release); }
};

uint64_t page_of(uint64_t address) { return address / kPage * kPage; }
uint64_t page_end(uint64_t address) { return (address + kPage - 1) / kPage * kPage; }

int protection(uint64_t page) {
  for (const Range& open : open_ranges) {
    if (open.from < page + kPage && open.to > page) return PROT_READ | PROT_WRITE;
  }
  int allowed = PROT_READ | PROT_WRITE;
  for (size_t i = 0; i < guard_count; ++i) {
    if (guards[i].from >= page + kPage || guards[i].to <= page) continue;
    allowed &= guards[i].reads_too ? PROT_NONE : PROT_READ;
  }
  return allowed;
}

// Pages of a range one by one: those of its ends may have neighbours with other guards.
void protect(uint64_t from, uint64_t to) {
  for (uint64_t page = page_of(from); page < to;) {
    const int wanted = protection(page);
    uint64_t end = page + kPage;
    while (end < to && protection(end) == wanted) end += kPage;
    mprotect(reinterpret_cast<void*>(page), end - page, wanted);
    page = end;
  }
}

void add_note(uint64_t address, uint64_t bytes, bool writes, uint64_t pc) {
  if (note_count == kNoted) return;
  if (note_count) {
    const Note& last = notes[note_count - 1];
    if (last.address == address && last.pc == pc && last.writes == writes && last.bytes >= bytes) return;
  }
  notes[note_count++] = {address, bytes, pc, writes};
}

// The pages that one instruction of this thread was let into.
struct Step {
  uint64_t page[kSteps];
  size_t pages;
  uint64_t last_address, last_pc;
  uint32_t polls, unknown;
};
__attribute__((tls_model("initial-exec"))) thread_local Step step;

#if defined(__x86_64__)
constexpr uint64_t kTrapFlag = 0x100;

void after_step(int signal, siginfo_t* info, void* raw) {
  auto* context = static_cast<ucontext_t*>(raw);
  if (!step.pages) {  // somebody else's
    if (pass_to_program(signal, info, raw)) return;
    leave_to_system(signal);
    raise(signal);
    return;
  }
  context->uc_mcontext.gregs[REG_EFL] &= ~static_cast<greg_t>(kTrapFlag);
  const Locked locked;
  for (size_t i = 0; i < step.pages; ++i) mprotect(reinterpret_cast<void*>(step.page[i]), kPage, protection(step.page[i]));
  step.pages = 0;
}

bool is_write(const ucontext_t* context) { return context->uc_mcontext.gregs[REG_ERR] & 2; }
uint64_t stack_pointer(const ucontext_t* context) { return static_cast<uint64_t>(context->uc_mcontext.gregs[REG_RSP]); }
uint64_t instruction(const ucontext_t* context) { return static_cast<uint64_t>(context->uc_mcontext.gregs[REG_RIP]); }

// Lets the instruction touch the page, and comes back after it.
bool let_through(uint64_t page, ucontext_t* context) {
  if (step.pages == kSteps) return false;
  step.page[step.pages++] = page;
  mprotect(reinterpret_cast<void*>(page), kPage, PROT_READ | PROT_WRITE);
  context->uc_mcontext.gregs[REG_EFL] |= static_cast<greg_t>(kTrapFlag);
  return true;
}

void get_ready_to_step() { take_signal(SIGTRAP, after_step); }
#else
void get_ready_to_step() {}
bool is_write(const ucontext_t* context) {
  // The exception syndrome tells: bit 6 of its ISS (WnR).
  for (const uint8_t* at = context->uc_mcontext.__reserved;
       at < context->uc_mcontext.__reserved + sizeof context->uc_mcontext.__reserved;) {
    const auto* head = reinterpret_cast<const _aarch64_ctx*>(at);
    if (!head->magic || !head->size) break;
    if (head->magic == ESR_MAGIC) return reinterpret_cast<const esr_context*>(head)->esr >> 6 & 1;
    at += head->size;
  }
  return false;
}
uint64_t stack_pointer(const ucontext_t* context) { return context->uc_mcontext.sp; }
uint64_t instruction(const ucontext_t* context) { return context->uc_mcontext.pc; }
// No single steps for programs here: the guard has noted the first access, and is gone.
bool let_through(uint64_t, ucontext_t*) { return false; }
#endif

// Calls each(from, to) for what is guarded of a range, in whole pages. The rest may not be there at all.
template <class F>
void each_guarded(uint64_t from, uint64_t to, F each) {
  for (size_t i = 0; i < guard_count; ++i) {
    const uint64_t first = std::max(page_of(from), page_of(guards[i].from)), end = std::min(page_end(to), page_end(guards[i].to));
    if (first < end) each(first, end);
  }
}

void drop_guard(size_t i) {
  const wire::Guard gone = guards[i];
  guards[i] = guards[guard_count - 1];
  hits[i] = hits[guard_count - 1];
  --guard_count;
  protect(gone.from, gone.to);
}

}  // namespace

void set_guards(const wire::Guard* wanted, size_t count) {
  if (guard_count == 0 && count == 0) return;
  if (count) {
    take_signal(SIGSEGV, on_host_fault);
    get_ready_to_step();
  }
  const Locked locked;
  static wire::Guard before[wire::kGuards];
  const size_t had = guard_count;
  std::copy_n(guards, had, before);
  std::copy_n(wanted, count, guards);
  std::fill_n(hits, count, 0u);
  guard_count = count;
  for (size_t i = 0; i < had; ++i) protect(before[i].from, before[i].to);
  for (size_t i = 0; i < count; ++i) protect(guards[i].from, guards[i].to);
}

bool any_guards() { return guard_count != 0; }

bool pass_guard(uint64_t address, void* raw) {
  auto* context = static_cast<ucontext_t*>(raw);
  const uint64_t page = page_of(address), pc = instruction(context);
  const bool writes = is_write(context);
  bool progress = false;
  {
    const Locked locked;
    bool here = false;
    size_t most = 0;
    for (size_t i = 0; i < guard_count; ++i) {
      if (guards[i].from >= page + kPage || guards[i].to <= page) continue;
      if (++hits[i] > hits[most] || !here) most = i;
      here = true;
    }
    const bool again = step.last_address == address && step.last_pc == pc;
    step.last_address = address;
    step.last_pc = pc;
    // Another thread's call may just have taken the guard away. That happens once or twice; a page that isn't there at all stays away.
    if (!here) return again ? ++step.unknown < 4 : (step.unknown = 0, true);
    step.polls = again && !writes ? step.polls + 1 : 0;
    if (step.polls >= kPolls) {  // it waits for the device to change what it reads: no mistake
      const uint64_t user = host_place(pc, stack_pointer(context));
      note_count = static_cast<size_t>(
          std::remove_if(notes, notes + note_count, [&](const Note& n) { return n.address == address && n.pc == user && !n.writes; }) -
          notes);
      progress = true;
    } else {
      for (size_t i = 0; i < guard_count; ++i) {
        if (address < guards[i].from || address >= guards[i].to || !(writes || guards[i].reads_too)) continue;
        add_note(address, 1, writes, host_place(pc, stack_pointer(context)));
        break;
      }
      if (hits[most] > kAccesses) progress = true;
      else if (let_through(page, context)) return true;
    }
  }
  if (progress && !Connection::get().busy_here()) {
    Connection::get().call(Op::progress, Api::none, wire::Writer().put(address));
    step.polls = 0;
  }
  const Locked locked;
  for (size_t i = guard_count; i-- > 0;) {
    if (guards[i].from < page + kPage && guards[i].to > page) drop_guard(i);
  }
  return true;
}

wire::Writer touched_by_host() {
  if (note_count == 0) return {};
  wire::Writer message;
  const Locked locked;
  std::vector<const char*> modules;
  std::vector<wire::HostAccess> all;
  for (size_t i = 0; i < note_count; ++i) {
    const Note& n = notes[i];
    const HostPlace place = module_of_host_code(n.pc);
    auto known = std::find(modules.begin(), modules.end(), place.module);
    if (known == modules.end()) known = modules.insert(modules.end(), place.module);
    all.push_back({n.address, n.bytes, place.offset, static_cast<uint16_t>(known - modules.begin()), n.writes, {}});
  }
  note_count = 0;
  message.put(static_cast<uint32_t>(modules.size()));
  for (const char* module : modules) message.text(module);
  message.put(static_cast<uint32_t>(all.size())).bytes(all.data(), all.size() * sizeof all[0]);
  return message;
}

OpenRange::OpenRange(const void* at, size_t bytes, const void* caller) {
  if (guard_count == 0 || bytes == 0) return;
  const uint64_t from = reinterpret_cast<uint64_t>(at), to = from + bytes;
  const int error = errno;
  const Locked locked;
  bool here = false;
  each_guarded(from, to, [&](uint64_t, uint64_t) { here = true; });
  for (Range& slot : open_ranges) {
    if (!here || slot.to) continue;
    slot = {from, to};
    from_ = from;
    to_ = to;
    caller_ = reinterpret_cast<uint64_t>(caller) - 1;  // within the call instruction
    each_guarded(from, to, protect);
    break;
  }
  errno = error;
}

OpenRange::OpenRange(Text text, const void* caller) : OpenRange(text.at, kPath, caller) { note(text_bytes(), false); }

// Of the text that the range begins with, as far as it can be read.
size_t OpenRange::text_bytes() const {
  if (!to_) return 0;
  uint64_t end = page_end(from_ + 1);
  {
    const Locked locked;
    each_guarded(from_, to_, [&](uint64_t first, uint64_t last) {
      if (first <= end) end = std::max(end, last);
    });
  }
  const size_t room = std::min(end, to_) - from_, length = strnlen(reinterpret_cast<const char*>(from_), room);
  return std::min(length + 1, room);
}

void OpenRange::note(size_t bytes, bool writes) const {
  if (!to_) return;
  const Locked locked;
  for (size_t i = 0; i < guard_count; ++i) {
    const uint64_t first = std::max(from_, guards[i].from), end = std::min(from_ + bytes, guards[i].to);
    if (first < end && (writes || guards[i].reads_too)) add_note(first, end - first, writes, caller_);
  }
}

OpenRange::~OpenRange() {
  if (!to_) return;
  const int error = errno;
  const Locked locked;
  for (Range& slot : open_ranges) {
    if (slot.from != from_ || slot.to != to_) continue;
    slot = {0, 0};
    break;
  }
  each_guarded(from_, to_, protect);
  errno = error;
}

}  // namespace wg::client
