// Runs one thread block on one host thread: its warps in turn, a warp's splits in turn, until all threads have exited or the block can't go
// on.
#pragma once
#include "warp.h"

namespace wg {

// What a worker's block has done goes into worker.block.record. A record holds one block or several in a row.
void begin_record(Worker& worker, uint64_t first_block);
void start_block(Worker& worker, uint64_t linear);
enum class Turn : uint8_t { ended, spins, over };
// Runs the block on. ended: all its threads have, or it ended the kernel. spins: each warp that could run used up its slice and did nothing
// but look at memory. over: it ran more than `quantum` warp-instructions.
Turn run_turn(Worker& worker, uint64_t quantum);
void finish_block(Worker& worker);
// DEADLOCK at the instruction where the block's threads spin; ends the kernel. `before` and `behind` the sentence about the thread.
void report_waiting(Worker& worker, const std::string& before, const std::string& behind);
// Sizes the worker's shared memory, tags and warps for a launch.
void prepare_worker(Worker& worker, const Launch& launch);

// Handler of the pseudo-instruction at the entry of every basic block: joins, counts, time slices, budget.
const Op* enter_block(Warp& w, const Op* op);

Frame* enter_frame(Warp& w, const Code* callee, const Op* op);  // nullptr after a fault (stack overflow)
void leave_frame(Warp& w);                                      // back to the caller's registers and join

// meeting.cpp. Splits whose lanes have all come go on: behind __syncwarp each at its own next op, at another collective together (op is
// where; with `force`, without those that never came). False if there are none.
bool open_warp_barrier(Warp& w);
bool merge_waiting(Warp& w, bool force, const Op** op);

// Collective instructions. wait_for_lanes parks lanes of the current split until the named ones come to the same op and name the same;
// others_may_come is false if none can: all others wait at a join for these.
bool others_may_come(const Warp& w);
void wait_for_lanes(Warp& w, const Op* op, uint32_t lanes, uint32_t members, Split::State state);
const Op* resume_members(Warp& w, const Op* next_op);
const Op* wait_at_barrier(Warp& w, const Op* op, uint8_t id);
bool complete_barriers(Worker& worker);  // whether there was one to complete
void order_all(Worker& worker);          // what the block's threads did so far comes before what they do next
void different_barriers(Warp& w, const Op* op, uint32_t other_site);

}  // namespace wg
