// The state of a running warp, block and worker thread. A warp is a set of splits (lanes that share a program counter); diverged splits
// meet again at the branch's immediate post-dominator (a Join), and every split is scheduled on its own, so lanes that wait for other lanes
// of their warp make progress.
#pragma once
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "access.h"
#include "async_copies.h"
#include "code.h"
#include "random.h"
#include "touched.h"
#include "zeroed.h"

namespace wg {

struct Block;
struct Worker;
class ApartRaces;
class OrderedRaces;

// Lanes that left a divergent branch wait here until all that are still alive have come.
struct Join {
  uint32_t pc;        // op index
  uint32_t expected;  // lanes that diverged and have not exited
  uint32_t arrived;
  Join* parent;
  bool open = false;  // lanes spun on others that waited here: nobody waits here any more
};

// One activation of a function: registers, call areas, way back. Splits that diverge inside share it (their lanes are disjoint).
struct Frame {
  const Code* code = nullptr;
  std::vector<uint8_t> storage;  // registers, 64-byte aligned start
  uint8_t* registers = nullptr;
  std::vector<uint8_t> params;  // lane-major: lane * param_bytes + offset
  const Op* return_to = nullptr;
  Frame* parent = nullptr;
  Join* caller_join = nullptr;
  uint32_t local_base = 0;
  uint32_t result_offset = 0, result_bytes = 0;  // where the caller wants the result
  const Code* prepared_for = nullptr;            // slots are filled already
};

struct Split {
  enum class State : uint8_t { runnable, at_barrier, at_warp_sync, at_warp_barrier };  // …_barrier: of the block; __syncwarp
  const Op* op = nullptr;
  uint32_t mask = 0;
  uint32_t member_mask = 0;  // at_warp_sync, at_warp_barrier: the lanes that it waits for
  Join* join = nullptr;
  Frame* frame = nullptr;
  State state = State::runnable;
  uint8_t barrier = 0;
};

// What lanes know of each other since __syncwarp was for a part of them: accesses of lane j with a stamp below seen[i][j] come before what
// lane i does now. Stamps only grow, so that older entries do no harm.
struct LaneOrder {
  std::array<std::array<uint32_t, kLanes>, kLanes> seen{};
};

struct Warp {
  // the current split, unpacked for the handlers
  uint8_t* registers = nullptr;
  uint32_t mask = 0;
  Join* join = nullptr;
  Frame* frame = nullptr;
  int64_t slice = 0;  // warp-instructions until another warp or split gets its turn

  uint32_t live = 0;         // lanes that have not exited
  uint32_t all = 0;          // lanes that exist
  uint32_t id = 0;           // in its block
  uint32_t sync_stamp = 0;   // block clock at the last __syncwarp of all lanes, or barrier: accesses of this warp before it are ordered
  uint32_t fence_stamp = 0;  // block clock at the last fence, 0: none in this block
  std::unique_ptr<LaneOrder> lane_order;  // null until a part of a warp synchronises
  Block* block = nullptr;
  Worker* worker = nullptr;
  std::vector<Split> splits;  // all but the current one while running
  std::vector<Split> merged;  // splits that execute one collective instruction together
  bool synchronises = false;  // atomics or nanosleep in this slice: it may be spinning on what others must do
  bool changed = false;       // stores, or atomics that changed something, in this slice
  bool spins = false;         // its last slice was used up, and did nothing but look at memory
  uint32_t stalls = 0;        // slices that ended while others waited at a join, and that may have been spent spinning
  bool forced = false;        // the collective runs without the lanes that never came
  bool undefined = false;     // a shuffle has read a lane that takes no part
  Frame entry_frame;
  Zeroed local;             // lane-major local memory
  bool carry[kLanes] = {};  // CC.CF of add.cc and friends
  PendingCopies copies;     // cp.async that were not waited for

  template <class T>
  T* lanes(uint32_t offset) const {
    return reinterpret_cast<T*>(registers + offset);
  }
  uint32_t& predicate(uint32_t offset) const { return *reinterpret_cast<uint32_t*>(registers + offset); }
};

struct BarrierState {
  uint32_t arrived = 0;  // threads
  uint32_t wanted = 0;   // threads, or 0: all that are alive
  uint32_t first_site = 0;
  bool reduced_and = true, reduced_or = false;
  uint32_t reduced_count = 0;
};

// What one block did; committed in block order, so that a fault in block b hides what later blocks did, whatever the number of workers.
struct RawFinding {
  const char* verdict;
  bool note;
  uint32_t site, other_site;  // other_site = kNoSite if there is none
  Dim3 block, thread;
  std::optional<Dim3> other_thread;  // none: several, or nobody else
  uint64_t count;
  std::string message;
};
constexpr uint32_t kNoSite = ~0u;

// Verdict (a literal), site, other site, and whether it is only a note: a finding must not hide behind a note of the same place.
using FindingKey = std::tuple<std::string_view, uint32_t, uint32_t, bool>;

struct BlockRecord {
  uint64_t index = 0, blocks = 1;      // the first block, and how many: several short ones may share a record
  std::vector<uint64_t> block_counts;  // per basic block: executions by warps, by threads
  std::vector<AccessCount> accesses;   // per memory site
  std::vector<uint64_t> divergent;     // per branch: executions at which the lanes parted
  std::vector<uint64_t> guarded;       // per guarded instruction: lanes that its guard let through
  uint64_t instructions = 0;
  uint64_t longest = 0;  // instructions of the block that executed most
  std::map<FindingKey, RawFinding> findings;
  std::map<std::pair<uint32_t, AccessSpace>, AccessPicture> pictures;  // by memory site
  std::string text;
  int error = 0;  // cudaError_t that ended the kernel, or 0
};

struct Block {
  Dim3 index, grid, dim;
  uint64_t linear = 0;
  std::vector<uint8_t> shared;     // static + dynamic
  std::vector<uint32_t> released;  // granules of it that a flag or lock was written to behind a fence, since the last barrier: shadow.h
  uint32_t shared_bytes = 0, dynamic_shared_bytes = 0;
  uint32_t clock = 1, start_stamp = 1, barrier_stamp = 1;  // see shadow.h
  std::array<BarrierState, 16> barriers;
  uint32_t barriers_in_use = 0;  // where somebody has arrived: a bit for each
  uint64_t instructions = 0;
  uint32_t live_threads = 0;
  int error = 0;
  bool barrier_reported = false;
  bool changed = false;             // since its turn began: memory, or what its threads wait for
  uint32_t copies_in_flight = 0;    // words of shared memory that cp.async is on its way to
  std::vector<InFlight> in_flight;  // by word; as long as shared memory once a copy has started
  BlockRecord record;
};

struct Launch {
  ProgramImpl* program;
  const KernelInfo* info;
  const Code* code;
  Memory* memory;
  const uint8_t* params;
  Dim3 grid, dim;
  uint32_t dynamic_shared_bytes;
  const LaunchOptions* options;
  unsigned checks;
  uint32_t local_bytes;            // per thread
  bool communicates;               // blocks may wait for each other: they take turns on one thread
  uint64_t grid_workspace;         // where cooperative groups keep the grid's barrier; 0: not a cooperative launch
  std::atomic<uint64_t>* stop_at;  // the lowest block that ended the kernel
  TouchedSectors* touched;
};

// The newest of the tags of 32 granules, so that one look may do for a whole row of a tile.
struct GranuleRow {
  uint32_t written = 0;  // when one of them was written last
  uint32_t filled = 0;   // when all of them were written at once: none is older
  uint32_t read = 0;     // each was read by several warps and several lanes, not before
};
constexpr unsigned kRowShift = 5;

// Runs blocks one after the other, with everything that is reused from block to block.
struct Worker {
  const Launch* launch = nullptr;
  unsigned checks = 0;
  ApartRaces* apart_races = nullptr;  // at most one of the two: global_races.h
  OrderedRaces* ordered_races = nullptr;
  bool races_global = false;  // there is one
  Random* random = nullptr;   // --schedule fuzz: decides whose turn it is
  uint32_t starved = ~0u;     // and which warp of the block has none while the others can do without it
  uint32_t looks = 0;         // rounds for which they have only looked at what doesn't change
  uint64_t clock_ahead = 0;   // what clocks jumped so far
  Block block;
  std::vector<std::unique_ptr<Warp>> warps;
  std::deque<Join> join_pool;
  std::vector<Join*> free_joins;
  std::deque<Frame> frame_pool;
  std::vector<Frame*> free_frames;
  std::vector<SharedSite> shared_sites;  // per memory site
  std::vector<GlobalSite> global_sites;
  PatternTable patterns;
  std::vector<uint64_t> write_tags, read_tags;  // per granule of shared memory: shadow.h
  std::vector<GranuleRow> rows;
  unsigned granule_shift = 2;

  Join* new_join() {
    if (free_joins.empty()) return &join_pool.emplace_back();
    Join* j = free_joins.back();
    free_joins.pop_back();
    return j;
  }
};

inline uint32_t lane_bit(unsigned lane) { return 1u << lane; }
inline unsigned first_lane(uint32_t mask) { return unsigned(__builtin_ctz(mask)); }

// finding.cpp: notes a finding of the current block (first one kept, later ones of the same place counted).
void report(Warp& w, const char* verdict, uint32_t site, unsigned lane, std::string message, uint32_t other_site = kNoSite,
            int other_warp = -1, int other_lane = -1, bool note = false, uint64_t count = 1);
// Counts `count` more of a finding that this block has already; false if it is new. Races come by the thousand: ask before composing a
// message.
bool counted(Warp& w, const char* verdict, uint32_t site, uint32_t other_site = kNoSite, bool note = false, uint64_t count = 1);
// Ends the kernel with a cudaError_t after this instruction; returns nullptr for the handler to return.
const Op* fault(Warp& w, int error);
Dim3 thread_of(const Block& b, unsigned warp, unsigned lane);
std::string where(const Warp& w, unsigned lane);  // "thread (1,0,0) in block (0,0,0)"

// control.cpp
const Op* exit_lanes(Warp& w, const Op* op, uint32_t lanes);  // threads end; returns the op to go on with, or nullptr
const Op* branch(Warp& w, const Op* op, uint32_t taken, uint32_t target, uint32_t next, uint32_t reconverge);
const Op* arrive(Warp& w, const Op* op);  // the entry op of a block reached its join

}  // namespace wg
