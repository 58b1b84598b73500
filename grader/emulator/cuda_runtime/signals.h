// The signals that guards and explanations of faults live on. The program may have handlers of its own for them: it sees them in force, and
// they are called for all that isn't ours.
#pragma once
#include <csignal>

namespace wg::client {

using SignalHandler = void (*)(int, siginfo_t*, void*);

// Puts our handler before the program's, again if something has replaced it behind our back.
void take_signal(int signal, SignalHandler handler);

// In such a handler, for a signal that isn't ours: true if the program has dealt with it.
bool pass_to_program(int signal, siginfo_t* info, void* context);

// What comes next has the system's own effect.
void leave_to_system(int signal);

}  // namespace wg::client
