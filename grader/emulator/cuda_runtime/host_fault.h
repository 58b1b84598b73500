// Host code that touches device memory faults, as it would on hardware; this says why.
#pragma once
#include <csignal>
#include <cstdint>

namespace wg::client {

// Takes the device's addresses out of use in this process, so that a device pointer is never a valid host pointer by chance.
void reserve_device_range();

// Notes where code lies, for the handler; again whenever a library may have been loaded.
void note_loaded_code();

// A handler for SIGSEGV and SIGBUS that tells the device where the fault was, explains it on stderr and lets it happen. If the program has
// a handler of its own, that is called instead.
void install_fault_handler();
void on_host_fault(int signal, siginfo_t* info, void* context);

// An instruction of the program's own code that `pc` works for: itself or, in a library of the system's (memcpy), the nearest caller on
// the stack.
uint64_t host_place(uint64_t pc, uint64_t stack_pointer);

struct HostPlace {
  const char* module;  // a file, or "program"; "" if it is nowhere
  uint64_t offset;
};
HostPlace module_of_host_code(uint64_t pc);

// Where the program called this library: the instruction, and the call that led there if it is in the same file (else 0). A call through
// <<<>>> comes from code that the compiler made: note_launch is told when the program's own line asks for it.
struct CallPlace {
  const char* module = "";
  uint64_t offset = 0, outer = 0;
};
CallPlace calling_place();
void note_launch();
void forget_launch();

// Within a call of a library that is linked into the program (cuDNN's stand-in) all that it asks for is asked for by the program, where it
// called the library: `returns_to`, the return address of that call. Calls within calls are the outermost one's.
void enter_library(const void* returns_to);
void leave_library();

}  // namespace wg::client
