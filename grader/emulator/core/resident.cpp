#include "resident.h"

#include <algorithm>

#include "text.h"

namespace wg {
namespace {

constexpr uint64_t kQuantum = 1u << 18;          // warp-instructions of a block before another one gets a turn, if it doesn't wait
constexpr uint64_t kFruitless = 1ull << 27;      // after so many in which nothing changed nothing ever will …
constexpr uint64_t kFruitlessOfWarp = 1u << 14;  // … and as many more for each warp
constexpr uint64_t kWindow = 64;                 // fuzz: how far blocks may start out of order

}  // namespace

Resident::Resident(const Launch& launch, Ledger& ledger, GlobalRaces& races)
    : launch_(launch),
      ledger_(ledger),
      races_(races),
      blocks_(launch.grid.count()),
      most_(launch.options->resident_blocks ? launch.options->resident_blocks : ~0ull),
      random_(launch.options->seed) {
  shared_sites_.resize(launch.program->memory_sites);
  global_sites_.resize(launch.program->memory_sites);
}

void Resident::run() {
  while (!ended_) {
    Slot* slot = launch_.options->fuzz ? random_turn() : next_turn();
    if (!slot) break;
    give_turn(*slot);
  }
  for (auto* list : {&ready_, &waiting_})  // of blocks that were stopped
    for (Slot* slot : *list) end(*slot);
}

// Blocks that can go on come first. If all wait: the one that waits longest, if anything has changed since it looked, and a new block by
// turns. A block whose quantum is over may be waiting without showing it: then somebody else's turn is due.
Resident::Slot* Resident::next_turn() {
  const bool fair = std::exchange(fair_, false);
  if (!ready_.empty() && !(fair && (room() || !waiting_.empty()))) return take(ready_, 0);
  const bool stale = !waiting_.empty() && waiting_.front()->seen != events_;
  if (room() && !(stale && !looked_last_)) {
    looked_last_ = false;
    return start(unstarted_++);
  }
  looked_last_ = true;
  if (!waiting_.empty()) return take(waiting_, 0);
  return ready_.empty() ? nullptr : take(ready_, 0);
}

// Any block may be next. The last free place is the lowest block's, so that waiting for lower blocks, which hardware starts first, works.
Resident::Slot* Resident::random_turn() {
  while (order_.size() < kWindow && unstarted_ < blocks_) order_.push_back(unstarted_++);
  const uint64_t resident = ready_.size() + waiting_.size();
  const bool room = !order_.empty() && resident < most_;
  if (room && (!resident || !random_.below(4))) {
    const size_t at = resident + 1 == most_ ? 0 : size_t(random_.below(order_.size()));
    const uint64_t block = order_[at];
    order_.erase(order_.begin() + long(at));
    return start(block);
  }
  if (!resident) return nullptr;
  const size_t at = size_t(random_.below(resident));
  return at < ready_.size() ? take(ready_, at) : take(waiting_, at - ready_.size());
}

Resident::Slot* Resident::take(std::deque<Slot*>& from, size_t at) {
  Slot* slot = from[at];
  from.erase(from.begin() + long(at));
  return slot;
}

Resident::Slot* Resident::start(uint64_t block) {
  Slot* slot;
  if (free_.empty()) {
    slot = slots_.emplace_back(std::make_unique<Slot>()).get();
    prepare_worker(slot->worker, launch_);
    std::vector<SharedSite>().swap(slot->worker.shared_sites);
    std::vector<GlobalSite>().swap(slot->worker.global_sites);
    if (launch_.options->fuzz) slot->worker.random = &random_;
    races_.give(slot->worker, 0);
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  begin_record(slot->worker, block);
  start_block(slot->worker, block);
  if (launch_.options->fuzz) {
    const uint64_t warps = slot->worker.warps.size();
    slot->worker.starved = random_.below(2) ? uint32_t(random_.below(warps)) : ~0u;
    slot->worker.looks = 0;
    slot->worker.clock_ahead = 0;
  }
  resident_warps_ += slot->worker.warps.size();
  events_++;
  return slot;
}

void Resident::give_turn(Slot& slot) {
  Worker& worker = slot.worker;
  Block& b = worker.block;
  const uint64_t before = b.instructions;
  worker.shared_sites.swap(shared_sites_);
  worker.global_sites.swap(global_sites_);
  std::swap(worker.patterns, patterns_);
  const Turn turn = run_turn(worker, kQuantum);
  worker.shared_sites.swap(shared_sites_);
  worker.global_sites.swap(global_sites_);
  std::swap(worker.patterns, patterns_);
  if (b.changed || turn == Turn::ended) events_++;
  fruitless_ = turn == Turn::spins && !b.changed ? fruitless_ + (b.instructions - before) : 0;
  slot.seen = events_;
  switch (turn) {
    case Turn::ended:
      ended_ = b.error != 0;
      resident_warps_ -= worker.warps.size();
      end(slot);
      free_.push_back(&slot);
      ended_ |= ledger_.stop_at.load() != ~0ull;
      return;
    case Turn::over:
      fair_ = true;
      ready_.push_back(&slot);
      return;
    case Turn::spins: waiting_.push_back(&slot);
  }
  if (fruitless_ > kFruitless + kFruitlessOfWarp * resident_warps_) give_up();
}

void Resident::end(Slot& slot) {
  finish_block(slot.worker);
  if (slot.worker.ordered_races) slot.worker.ordered_races->finished(slot.worker.block);
  ledger_.commit(std::move(slot.worker.block.record));
}

// Every block that is resident waits for others, and no more of them fit.
void Resident::give_up() {
  Worker& worker = waiting_.front()->worker;
  const uint64_t resident = ready_.size() + waiting_.size(), unstarted = blocks_ - unstarted_ + order_.size();
  std::string text = "threads of " + grouped(resident) + (resident == 1 ? " block wait" : " blocks wait") +
                     " for others, and none of them has changed anything in memory for " + grouped(fruitless_) + " warp-instructions";
  if (unstarted)
    text +=
        "; " + grouped(unstarted) + " of " + grouped(blocks_) + " blocks can't start, since the GPU holds " + grouped(most_) + " at once";
  report_waiting(worker, "The kernel can't go on: ", "; " + text);
  ended_ = true;
}

}  // namespace wg
