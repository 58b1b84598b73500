// Host code that touches device memory faults, as it would on hardware; this says why.
#pragma once

namespace wg::client {

// Takes the device's addresses out of use in this process, so that a device pointer is never a valid host pointer by chance.
void reserve_device_range();

// Notes where code lies, for the handler; again whenever a library may have been loaded.
void note_loaded_code();

// A handler for SIGSEGV and SIGBUS that tells the device where the fault was, explains it on stderr and lets it happen. Leaves a handler of
// the program's own alone.
void install_fault_handler();

}  // namespace wg::client
