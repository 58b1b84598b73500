// Pinned and managed memory that pending work uses: host code that touches it is let through, one instruction at a time, and what it
// touched is noted for the device, which knows whether that was too early. The device says which bytes are guarded; pages are only how
// they are watched, so neighbours on a page cost time and no more.
#pragma once
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../device/protocol.h"

namespace wg::client {

// Replaces the guards by these. Called with each reply that brings new ones.
void set_guards(const wire::Guard* guards, size_t count);

bool any_guards();

// In the handler of SIGSEGV: true if it was a guard, and the instruction may be tried again.
bool pass_guard(uint64_t address, void* context);

// What was touched since the last call, as the device wants to hear it; empty if nothing was.
wire::Writer touched_by_host();

// A range that a system call is about to use: open as long as this lives.
class OpenRange {
 public:
  OpenRange(const void* at, size_t bytes, const void* caller);
  ~OpenRange();
  OpenRange(const OpenRange&) = delete;
  void read() const { note(to_ - from_, false); }  // all of it
  void wrote(size_t bytes) const { note(bytes, true); }
  void wrote_text() const { note(text_bytes(), true); }
  // The name of a file, which the call reads.
  struct Text {
    const char* at;
  };
  OpenRange(Text text, const void* caller);

 private:
  size_t text_bytes() const;
  void note(size_t bytes, bool writes) const;
  uint64_t from_ = 0, to_ = 0;  // 0: nothing is guarded there
  uint64_t caller_ = 0;
};

}  // namespace wg::client
