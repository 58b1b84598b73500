// Races between blocks, gathered: one finding a pair of instructions, with a count of granules and one example.
#pragma once
#include <map>
#include <tuple>

#include "race_shadow.h"
#include "warp.h"

namespace wg {

// What an access does to global memory. strong: a write that is atomic, volatile or relaxed.
enum class Deed : uint8_t { read, write, strong };

struct Party {
  uint64_t access = 0;  // Agent
  Deed deed = Deed::read;
  bool strong = false;  // a read that is volatile or relaxed, or a strong write
};

class Hazards {
 public:
  // `later` is the access that came second, or (of blocks that run apart) that of the higher block.
  void add(uint64_t address, const Party& later, const Party& earlier, bool same_value, const char* hint = "");
  bool empty() const { return found_.empty(); }
  void tell(const Launch& launch, BlockRecord& total) const;

 private:
  struct Example {
    uint64_t address;
    Party later, earlier;
    const char* hint;
    uint64_t count;
  };
  std::map<std::tuple<uint32_t, uint32_t, bool>, Example> found_;  // by the two memory sites, the lower one first, and "only a note"
};

}  // namespace wg
