// One launch: blocks over host threads, results put together in block order.
#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "counters.h"
#include "global_races.h"
#include "ledger.h"
#include "resident.h"
#include "scheduler.h"

namespace wg {
namespace {

constexpr uint32_t kStackBytes = 64 * 1024;  // local memory that the functions a kernel calls may use, per thread

// Processor time of the calling thread.
double thread_cpu_s() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

// Whether blocks can wait for each other, or learn how far others are: then what they do must not depend on who runs them.
bool blocks_communicate(const ProgramImpl& program, const Code& code, const LaunchOptions& options) {
  if (options.cooperative || options.fuzz || code.communicates) return true;
  return code.calls && std::any_of(program.codes.begin(), program.codes.end(), [](const auto& c) { return c->communicates; });
}

// Blocks that don't wait for each other: each thread takes the next few in a row and runs one after the other. Returns the processor time
// of the threads beside the calling one.
double run_apart(const Launch& launch, Ledger& ledger, GlobalRaces& races, unsigned threads) {
  const uint64_t blocks = launch.grid.count();
  const uint64_t share = std::clamp<uint64_t>(blocks / 4096, 1, 256);  // blocks at a time: the same for any number of threads
  std::atomic<uint64_t> next{0};
  auto work = [&](unsigned index) {
    Worker worker;
    prepare_worker(worker, launch);
    races.give(worker, index);
    for (uint64_t first; (first = next.fetch_add(share)) < blocks && first <= ledger.stop_at.load();) {
      begin_record(worker, first);
      for (uint64_t k = first; k < std::min(first + share, blocks) && !worker.block.record.error; k++) {
        start_block(worker, k);
        while (run_turn(worker, ~0ull) != Turn::ended) {}
        finish_block(worker);
      }
      ledger.commit(std::move(worker.block.record));
    }
  };
  // Out of memory in any thread is the launch's failure: what was thrown first goes on in the calling thread when all have come back.
  std::mutex failed;
  std::exception_ptr failure;
  auto guarded_work = [&](unsigned index) {
    try {
      work(index);
    } catch (...) {
      next = blocks;  // nobody begins another one
      const std::lock_guard lock(failed);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads);
  std::atomic<double> others_cpu_s{0};
  for (unsigned i = 1; i < threads; i++) {
    try {
      others.emplace_back([&, i] {
        guarded_work(i);
        others_cpu_s += thread_cpu_s();
      });
    } catch (const std::system_error&) { break; }  // the system gives no more threads: the blocks are done by fewer
  }
  guarded_work(0);
  for (auto& t : others) t.join();
  if (failure) std::rethrow_exception(failure);
  return others_cpu_s;
}

}  // namespace

LaunchResult launch(Program& program, std::string_view mangled, Dim3 grid, Dim3 block, uint32_t dynamic_shared_bytes, const void* params,
                    Memory& memory, const LaunchOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const double start_cpu_s = thread_cpu_s();
  ProgramImpl& p = *program.impl;
  LaunchResult result;
  const KernelInfo* info = program.find_kernel(mangled);
  if (!info) {
    result.error = 98;  // cudaErrorInvalidDeviceFunction
    return result;
  }
  Launch l{};
  l.program = &p;
  l.info = info;
  l.code = p.by_name.at(info->name);
  l.memory = &memory;
  l.params = static_cast<const uint8_t*>(params);
  l.grid = grid;
  l.dim = block;
  l.dynamic_shared_bytes = dynamic_shared_bytes;
  l.options = &options;
  l.checks = options.checks;
  l.local_bytes = l.code->local_bytes + (l.code->calls ? kStackBytes : 0);
  l.communicates = blocks_communicate(p, *l.code, options);
  l.grid_workspace = options.cooperative ? p.grid_workspace : 0;
  Ledger ledger(l, !l.communicates);
  l.stop_at = &ledger.stop_at;
  TouchedSectors touched;
  l.touched = &touched;

  const auto threads = unsigned(std::clamp<uint64_t>(options.threads, 1, std::max<uint64_t>(grid.count(), 1)));
  GlobalRaces races(l, p, threads);
  if (l.communicates) Resident(l, ledger, races).run();
  else result.cpu_s = run_apart(l, ledger, races, threads);
  races.tell(ledger.total, ledger.stop_at.load());
  result.cpu_s += thread_cpu_s() - start_cpu_s;
  ledger.close();

  summarise(p, l, ledger.total, result);
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace wg
