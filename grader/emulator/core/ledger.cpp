#include "ledger.h"

#include <algorithm>

#include "text.h"

namespace wg {
namespace {

constexpr size_t kTextLimit = 1u << 20;
constexpr uint64_t kBlockCharge = 256;  // warp-instructions that starting a block counts as: a huge grid of empty blocks must end too

}  // namespace

Ledger::Ledger(const Launch& launch, bool in_order) : launch_(launch), in_order_(in_order) {
  total.block_counts.assign(2 * size_t(launch.program->block_counters), 0);
  total.accesses.assign(launch.program->memory_sites, AccessCount{});
  total.divergent.assign(launch.program->branch_sites, 0);
  total.guarded.assign(launch.program->guarded_sites, 0);
}

void Ledger::commit(BlockRecord&& record) {
  std::lock_guard lock(mutex_);
  const uint64_t last = record.index + record.blocks - 1;
  if (record.error && last < stop_at.load()) stop_at = last;
  if (!in_order_) {
    add(record);
    add_text(record.index, record.blocks, std::move(record.text));
    return;
  }
  if (record.index == next_ && next_ <= stop_at.load()) add_next(record);
  else waiting_.emplace(record.index, std::move(record));
  while (!waiting_.empty() && waiting_.begin()->first == next_ && next_ <= stop_at.load()) {
    add_next(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
  }
}

void Ledger::add_next(BlockRecord& record) {
  add(record);
  if (total.text.size() < kTextLimit) total.text += record.text;
  next_ += record.blocks;
}

void Ledger::close() {
  for (auto& [index, text] : texts_)
    if (total.text.size() < kTextLimit) total.text += text.second;
  texts_.clear();
}

void Ledger::add_text(uint64_t index, uint64_t blocks, std::string text) {
  texts_.emplace(index, std::pair{blocks, std::move(text)});
  for (auto first = texts_.begin(); first != texts_.end() && first->first == next_text_; first = texts_.erase(first)) {
    if (total.text.size() < kTextLimit) total.text += first->second.second;
    next_text_ += first->second.first;
  }
}

void Ledger::add(BlockRecord& r) {
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
  for (size_t i = 0; i < r.divergent.size(); i++) total.divergent[i] += r.divergent[i];
  for (size_t i = 0; i < r.guarded.size(); i++) total.guarded[i] += r.guarded[i];
  total.instructions += r.instructions;
  total.longest = std::max(total.longest, r.longest);
  if (!total.error) total.error = r.error;
  for (auto& [key, finding] : r.findings) {
    auto [it, fresh] = total.findings.try_emplace(key, finding);
    if (!fresh) it->second.count += finding.count;
  }
  check_budget(r);
}

// The kernel's own budget: no block may be long, and yet all of them together may take for ever.
void Ledger::check_budget(const BlockRecord& r) {
  blocks_ += r.blocks;
  const uint64_t budget = launch_.options->max_kernel_instructions;
  if (total.error || total.instructions + kBlockCharge * blocks_ <= budget) return;
  total.error = 702;
  const uint64_t last = r.index + r.blocks - 1;
  stop_at = std::min(stop_at.load(), last);
  RawFinding f{};
  f.verdict = "TIMEOUT";
  f.site = launch_.code->ops.front().site;
  f.other_site = kNoSite;
  const Dim3& grid = launch_.grid;
  f.block = {uint32_t(last % grid.x), uint32_t(last / grid.x % grid.y), uint32_t(last / grid.x / grid.y)};
  f.count = 1;
  f.message = "The kernel was stopped: its first " + grouped(blocks_) + " of " + grouped(grid.count()) + " blocks took " +
              grouped(total.instructions) + " warp-instructions, and a kernel may take " + grouped(budget) + " (" + grouped(kBlockCharge) +
              " more count for each block)";
  total.findings.try_emplace(FindingKey(f.verdict, f.site, f.other_site, false), f);
}

}  // namespace wg
