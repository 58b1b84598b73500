// Blocks that may wait for each other: those that the GPU holds at once take turns on one thread, in an order that depends on nothing but
// the program (or, under --schedule fuzz, on the seed).
#pragma once
#include <deque>
#include <memory>

#include "global_races.h"
#include "ledger.h"
#include "scheduler.h"

namespace wg {

class Resident {
 public:
  Resident(const Launch& launch, Ledger& ledger, GlobalRaces& races);
  // Runs all blocks of the grid, or until one of them ends the kernel.
  void run();

 private:
  struct Slot {
    Worker worker;
    uint64_t seen = 0;  // events when its last turn ended
  };
  Slot* next_turn();
  Slot* random_turn();
  Slot* start(uint64_t block);
  Slot* take(std::deque<Slot*>& from, size_t at);
  bool room() const { return unstarted_ < blocks_ && ready_.size() + waiting_.size() < most_; }
  void give_turn(Slot& slot);
  void end(Slot& slot);
  void give_up();

  const Launch& launch_;
  Ledger& ledger_;
  GlobalRaces& races_;
  const uint64_t blocks_, most_;  // resident at once
  Random random_;
  std::deque<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> free_;
  std::deque<Slot*> ready_;     // can go on
  std::deque<Slot*> waiting_;   // did nothing but look at memory in their last turn; the one that waits longest is first
  std::deque<uint64_t> order_;  // fuzz: blocks that may start next
  uint64_t unstarted_ = 0;      // blocks from here on have not started (fuzz: are not in order_ either)
  uint64_t events_ = 0;         // turns in which something changed
  uint64_t fruitless_ = 0;      // warp-instructions since then
  uint64_t resident_warps_ = 0;
  bool looked_last_ = false, fair_ = false, ended_ = false;
  // Caches that an instruction keeps of its access patterns: whose turn it is has them.
  std::vector<SharedSite> shared_sites_;
  std::vector<GlobalSite> global_sites_;
  PatternTable patterns_;
};

}  // namespace wg
