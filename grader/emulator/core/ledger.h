// What the blocks of a launch did, put together. Records come in any order and count in the order of the blocks, so that findings and
// counters don't depend on how many threads ran them: when a block ends the kernel, the ones after it leave no trace.
#pragma once
#include <atomic>
#include <map>
#include <mutex>

#include "warp.h"

namespace wg {

class Ledger {
 public:
  // in_order: whether a record waits for those of lower blocks. Blocks that take turns on one thread need no order but for their text.
  Ledger(const Launch& launch, bool in_order);
  void commit(BlockRecord&& record);
  // No more records will come: the text that waited for blocks that never ended.
  void close();
  BlockRecord total;
  std::atomic<uint64_t> stop_at{~0ull};  // the lowest block that ended the kernel

 private:
  void add_next(BlockRecord& record);
  void add(BlockRecord& record);
  void add_text(uint64_t index, uint64_t blocks, std::string text);
  void check_budget(const BlockRecord& record);
  const Launch& launch_;
  const bool in_order_;
  std::mutex mutex_;
  std::map<uint64_t, BlockRecord> waiting_;
  std::map<uint64_t, std::pair<uint64_t, std::string>> texts_;  // by first block: how many blocks, what they printed
  uint64_t next_ = 0, next_text_ = 0, blocks_ = 0;
};

}  // namespace wg
