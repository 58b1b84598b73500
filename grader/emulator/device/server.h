// Listens, serves each client on a thread of its own, ends when stdin does.
#pragma once
#include "options.h"
#include "record.h"

namespace wg {

// Serves until stdin ends (or, with one_client, until the first client has gone). Prints "ready" on stdout once clients may connect.
// Throws std::runtime_error if the socket can't be made.
void serve(const Options& options, Recorder& recorder);

}  // namespace wg
