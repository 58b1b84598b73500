// Which bytes of global memory a launch touches, instruction by instruction: asked for when other work may meet it (another stream, the
// host). Costs nothing otherwise: the log puts itself before the handlers of the program's memory instructions for the one launch.
#pragma once
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "byte_runs.h"
#include "code.h"
#include "gpu.h"

namespace wg {

class AccessLog {
 public:
  // While a log lives, all that the program does is logged in it. One at a time for each program.
  explicit AccessLog(ProgramImpl& program);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;

  // What was touched, by instruction. Independent of who ran which block.
  std::vector<TouchedBytes> result();

  struct Local;

 private:
  static const Op* before(Warp& w, const Op* op);
  Local& local();

  ProgramImpl& program_;
  uint64_t serial_;
  std::vector<Handler> handlers_;  // by memory site: what the instruction really does
  std::mutex mutex_;
  std::list<Local> locals_;  // of each thread
};

}  // namespace wg
