// Races in global memory between blocks of one launch: the two checkers behind one door. Blocks that run apart can't be ordered by anything
// (apart_races.h); those that may wait for each other are followed by happens-before (ordered_races.h). Races within a block are not looked
// for here: the checker of shared memory has its barriers, this one has not.
#pragma once
#include "apart_races.h"
#include "ordered_races.h"

namespace wg {

// What a store is about to write: element j of a lane is at component[j] + lane * stride.
struct StoredValues {
  const uint8_t* component[4];
  uint8_t element, stride;
  const uint8_t* at(unsigned lane, unsigned offset) const {
    return component[offset / element & 3] + size_t(lane) * stride + offset % element;
  }
};

// Flag of a load (beside MemoryFlags) that only guesses what an atomicCAS will find: the CAS tells whether the guess was right, so the CUDA
// programming guide's `old = *address; do … while (assumed != old)` is no race.
constexpr uint16_t kGuess = 1 << 13;

// What the checkers keep from launch to launch: memory, not notes.
struct RaceNotes {
  std::vector<std::unique_ptr<ApartRaces>> apart;  // by worker
  OrderedRaces ordered;
};

// For one launch of several blocks, if the check is on.
class GlobalRaces {
 public:
  GlobalRaces(const Launch& launch, ProgramImpl& program, unsigned workers);
  void give(Worker& worker, unsigned index);
  void tell(BlockRecord& total, uint64_t last_block);

 private:
  const Launch& launch_;
  RaceNotes* notes_ = nullptr;
};

}  // namespace wg
