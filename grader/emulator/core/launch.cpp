// One launch: blocks over host threads, results put together in block order.
#include <chrono>
#include <mutex>
#include <thread>

#include "counters.h"
#include "scheduler.h"

namespace wg {
namespace {

constexpr size_t kTextLimit = 1u << 20;
constexpr uint32_t kStackBytes = 64 * 1024;  // local memory that the functions a kernel calls may use, per thread

// Takes the blocks' records in the order of the blocks, whatever order they finish in. When a block ends the kernel, the ones after it
// leave no trace.
class Ledger {
 public:
  explicit Ledger(const ProgramImpl& program) {
    total.block_counts.assign(2 * size_t(program.block_counters), 0);
    total.accesses.assign(program.memory_sites, AccessCount{});
  }
  void commit(BlockRecord&& record) {
    std::lock_guard lock(mutex_);
    if (record.error && record.index < stop_at.load()) stop_at = record.index;
    waiting_.emplace(record.index, std::move(record));
    while (!waiting_.empty() && waiting_.begin()->first == next_ && next_ <= stop_at.load()) {
      add(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      next_++;
    }
  }
  BlockRecord total;
  std::atomic<uint64_t> stop_at{~0ull};

 private:
  void add(BlockRecord& r) {
    for (size_t i = 0; i < r.block_counts.size(); i++) total.block_counts[i] += r.block_counts[i];
    for (size_t i = 0; i < r.accesses.size(); i++) {
      AccessCount &a = total.accesses[i], &b = r.accesses[i];
      a.requests += b.requests;
      a.shared_requests += b.shared_requests;
      a.sectors += b.sectors;
      a.wavefronts += b.wavefronts;
      a.conflicts += b.conflicts;
      a.local_requests += b.local_requests;
      a.local_sectors += b.local_sectors;
      a.constant_requests += b.constant_requests;
    }
    for (auto& [site, picture] : r.pictures) {
      auto [known, is_new] = total.pictures.try_emplace(site, picture);
      if (!is_new && worse(picture, known->second)) known->second = picture;
    }
    total.divergent_branches += r.divergent_branches;
    total.instructions += r.instructions;
    total.longest = std::max(total.longest, r.instructions);
    if (total.text.size() < kTextLimit) total.text += r.text;
    if (!total.error) total.error = r.error;
    for (auto& [key, finding] : r.findings) {
      auto [it, fresh] = total.findings.try_emplace(key, finding);
      if (!fresh) it->second.count += finding.count;
    }
  }
  std::mutex mutex_;
  std::map<uint64_t, BlockRecord> waiting_;
  uint64_t next_ = 0;
};

}  // namespace

LaunchResult launch(Program& program, std::string_view mangled, Dim3 grid, Dim3 block, uint32_t dynamic_shared_bytes, const void* params,
                    Memory& memory, const LaunchOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ProgramImpl& p = *program.impl;
  LaunchResult result;
  const KernelInfo* info = program.find_kernel(mangled);
  if (!info) {
    result.error = 98;  // cudaErrorInvalidDeviceFunction
    return result;
  }
  Ledger ledger(p);
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
  l.stop_at = &ledger.stop_at;

  const uint64_t blocks = grid.count();
  std::atomic<uint64_t> next{0};
  auto work = [&] {
    Worker worker;
    prepare_worker(worker, l);
    for (uint64_t k; (k = next.fetch_add(1)) < blocks && k <= ledger.stop_at.load();) {
      run_block(worker, k);
      ledger.commit(std::move(worker.block.record));
    }
  };
  std::vector<std::thread> others;
  const unsigned threads = unsigned(std::min<uint64_t>(options.threads ? options.threads : 1, blocks));
  for (unsigned i = 1; i < threads; i++) others.emplace_back(work);
  work();
  for (auto& t : others) t.join();

  summarise(p, l, ledger.total, result);
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace wg
