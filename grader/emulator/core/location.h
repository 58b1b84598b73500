// .loc directives -> source frames. PTX names only the position a function was inlined at; that position's own callers stand in the
// .loc that was last given for it, so the chain is put together here.
#pragma once
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "ptx.h"

namespace wg::ptx {

class Locations {
 public:
  // Adds frame lists to `module.locations`; [0] = unknown is made here.
  explicit Locations(Module& module) : module_(module) { module_.locations.assign(1, {}); }

  // A new function: positions of the last one's inlined calls say nothing about this one's.
  void begin_function();

  // `.loc at` or `.loc at, function_name …, inlined_at caller`. Line 0 means "no line of the source": the position before it stays in
  // force.
  void set(const Frame& at, const Frame* caller);

  uint32_t current() const { return current_; }  // index into Module::locations

 private:
  using Position = std::tuple<uint32_t, uint32_t, uint32_t>;
  static Position position(const Frame& f) { return {f.file, f.line, f.column}; }

  Module& module_;
  uint32_t current_ = 0;
  uint64_t frames_ = 0;
  std::map<Position, Frame> caller_of_;              // position -> where its function was inlined, as last told
  std::map<std::vector<Position>, uint32_t> index_;  // frame list -> index, so that equal lists are kept once
};

}  // namespace wg::ptx
