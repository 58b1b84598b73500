// Runs one thread block on one host thread: its warps in turn, a warp's splits in turn, until all threads have exited or the block can't go
// on.
#pragma once
#include "warp.h"

namespace wg {

// Runs block `linear` of the launch to its end; everything it did is in worker.block.record.
void run_block(Worker& worker, uint64_t linear);
// Sizes the worker's shared memory, tags and warps for a launch.
void prepare_worker(Worker& worker, const Launch& launch);

// Handler of the pseudo-instruction at the entry of every basic block: joins, counts, time slices, budget.
const Op* enter_block(Warp& w, const Op* op);

Frame* enter_frame(Warp& w, const Code* callee, const Op* op);  // nullptr after a fault (stack overflow)
void leave_frame(Warp& w);                                      // back to the caller's registers and join

// Collective instructions. wait_for_lanes parks the current split until the named lanes come to the same op; false if they can't come.
bool wait_for_lanes(Warp& w, const Op* op, uint32_t members);
const Op* resume_members(Warp& w, const Op* next_op);
const Op* wait_at_barrier(Warp& w, const Op* op, uint8_t id);
void complete_barriers(Worker& worker);
void different_barriers(Warp& w, const Op* op, uint32_t other_site);

}  // namespace wg
