// Races in global memory between blocks that can't wait for each other: whatever two of them do to one granule is unordered. Each worker
// notes for every granule the first two blocks that read it, wrote it and updated it atomically; since a worker takes blocks in ascending
// order, the two lowest over all workers follow, whoever ran which block. Conflicts are looked for once the launch is over.
//
// What makes it cheap: a bit a granule says that two blocks are noted ("done"), another that this block has been there ("mine"). A warp's
// access is then mostly the test of one word of bits.
#pragma once
#include "hazards.h"

namespace wg {

struct StoredValues;

class ApartRaces {
 public:
  void begin(unsigned granule_shift) { chunks_.begin(granule_shift); }
  // One warp-wide access: lane i's address is base + p.delta[i]. `values` (stores): what is written.
  void access(Warp& w, const Op* op, const Pattern& p, uint64_t base, Deed deed, const StoredValues* values);
  // The same for lanes anywhere.
  void scattered(Warp& w, const Op* op, uint32_t lanes, const uint64_t* address, unsigned bytes, Deed deed, const StoredValues* values);
  // All workers' notes together, once they have ended. Blocks above `last_block` don't count.
  static void find(const std::vector<ApartRaces*>& workers, uint64_t last_block, Hazards& hazards);
  std::string shortfall() const { return chunks_.ran_out() ? kShadowRanOut : ""; }  // why races may have been missed

 private:
  struct Plane {
    GranuleBits touched, done, mine;
    uint64_t mine_block = ~0ull;
    std::unique_ptr<uint64_t[]> first, second;  // Agent
  };
  struct Chunk {
    uint64_t epoch = 0;
    Plane of[3];                        // by Deed
    std::unique_ptr<uint32_t[]> value;  // first written
    GranuleBits mixed;                  // another value was written as well
    void begin();
  };
  struct Lowest;
  template <class Who>
  void note(Plane& plane, unsigned at, uint64_t need, uint64_t block, Who who);
  void prepare_values(Chunk& chunk);
  void note_values(Chunk& chunk, unsigned at, unsigned from, unsigned width, unsigned each, const GranuleBits& touched,
                   const StoredValues* values);
  void note_value(Chunk& chunk, unsigned at, unsigned lane, unsigned count, uint64_t written_before, const StoredValues* values);
  static void judge(const std::vector<Chunk*>& chunks, unsigned granule, uint64_t address, uint64_t last_block, Hazards& hazards);
  static void look(const std::vector<ApartRaces*>& workers, uint64_t number, uint64_t last_block, Hazards& hazards);

  Chunks<Chunk> chunks_;
};

}  // namespace wg
