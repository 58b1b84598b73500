// Races in global memory between blocks that take turns on one thread and may wait for each other: found by happens-before.
//
// A block publishes what its threads did: a fence publishes what its warp has done, and what all warps had done at the block's last
// barrier. An atomic, volatile or relaxed write by a block that has published something leaves that at its address, together with all that
// the block has learned from others; whoever reads the address by such an access learns it. An access is ordered before a block if the
// block has learned it. A fence behind that read isn't asked for (real programs seldom have it), so a missing release is found, a missing
// acquire is not. The CUDA memory model asks for more in some places; where this is laxer, it is so that no correct program is blamed.
//
// What it remembers is bounded. Beyond that it gets coarser, never silent: less is told apart, some races are missed, none is invented, and
// shortfall() says so.
#pragma once
#include <unordered_map>

#include "clocks.h"
#include "hazards.h"

namespace wg {

struct StoredValues;

class OrderedRaces {
 public:
  void begin(const Launch& launch, unsigned granule_shift);
  void end();  // forgets all but its memory
  // One warp-wide access; `run`: lane i's address is i elements behind that of lane 0, all of a full warp.
  void access(Warp& w, const Op* op, const uint64_t* address, unsigned bytes, bool run, Direction direction, const StoredValues* values);
  void fence(const Warp& w);      // of the whole GPU or more
  void barrier(const Block& b);   // has completed
  void finished(const Block& b);  // all its threads have ended
  const Hazards& hazards() const { return hazards_; }
  std::string shortfall() const;  // why races may have been missed; empty if nothing was too much

 private:
  // Up to when a block's accesses are published, in its own time.
  struct Published {
    uint32_t all = 0, reads = 0;  // of every warp
    std::vector<uint32_t> warp;
    uint32_t of(unsigned w) const { return std::max(all, warp[w]); }
  };
  struct Release {
    uint32_t number;
    Published published;
  };
  struct BlockTime {
    uint32_t now = 1, barrier = 0;
    bool fenced = false, news = false;  // published anything; since the last release
    bool knows_all = false;             // has learned from a block that we don't follow
    Published published;
    uint32_t released = 0;          // the number of the last release
    std::vector<Release> releases;  // ascending; who has learned of one that isn't here any more counts as knowing the next
    Clocks learned, heard;          // releases of other blocks; times of their strong writes, fence or not
    uint32_t tellers = 0;           // the warps that wrote strongly
    uint32_t told_behind = 0;       // the last barrier before the last of these writes
    const Published& known_by(uint32_t learned) const;
    struct {
      uint64_t word = ~0ull;
      uint32_t version = 0;
    } looked[16];  // where nothing new is to be learned
  };
  // What reading an address tells.
  struct Word {
    Clocks learned, heard;
    uint32_t version = 0;
    bool knows_all = false;
  };
  enum Kind : unsigned { kWrite, kRead, kOtherRead, kStrongWrite, kOtherStrongWrite, kStrongRead, kKinds };
  struct Plane {
    GranuleBits touched;
    std::unique_ptr<uint64_t[]> who;  // Agent
    std::unique_ptr<uint32_t[]> when;
  };
  struct Chunk {
    uint64_t epoch = 0;
    Plane of[kKinds];
    void begin() {
      for (Plane& p : of) p.touched.clear();
    }
  };
  struct Me;

  BlockTime& time_of(uint64_t block);
  bool followed(uint64_t block) const;
  uint64_t key(uint64_t word) const;
  void forget_releases();
  void merge_words();
  const char* missing(uint64_t who, uint32_t when) const;
  bool ordered(uint64_t who, uint32_t when, bool read, const Me& me) const;
  void learn(Me& me, uint64_t word);
  void tell_others(Me& me, uint64_t word);
  void publish(BlockTime& time, unsigned warp);
  void put(Plane& plane, unsigned at, uint64_t who, uint32_t when);
  void put_run(Plane& plane, unsigned at, unsigned lanes, unsigned each_shift, const Me& me);
  void put_concurrent(Chunk& chunk, Kind first, Kind second, unsigned at, const Me& me, bool read);
  void against(const Chunk& chunk, Kind kind, unsigned at, uint64_t address, const Me& me, bool same_value);
  bool nobody_else(const Chunk& chunk, Kind kind, unsigned at, uint64_t bits, uint64_t block) const;
  bool one_for_all(const uint64_t* address, uint32_t lanes, unsigned granules);
  bool quick(Chunk& chunk, unsigned at, unsigned span, unsigned each_shift, const Me& me);

  const Launch* launch_ = nullptr;
  size_t clock_bytes_ = 0;  // outlives the clocks
  uint64_t releases_ = 0;
  bool forgot_ = false;           // releases that somebody knew of
  bool merged_ = false;           // words share what is left at them
  mutable bool unknown_ = false;  // something was taken as ordered since a block isn't followed
  std::vector<std::unique_ptr<BlockTime>> times_;
  std::unordered_map<uint64_t, std::unique_ptr<BlockTime>> others_;  // of blocks that aren't followed
  std::unordered_map<uint64_t, Word> words_;                         // by key()
  Chunks<Chunk> chunks_;
  Hazards hazards_;
};

}  // namespace wg
