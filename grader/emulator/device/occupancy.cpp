#include "occupancy.h"

#include <algorithm>

namespace wg {
namespace {

constexpr uint64_t kWarp = 32, kPartitions = 4, kRegisterUnit = 256, kRegistersPerThread = 255;

uint64_t up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }
uint64_t of(int64_t value) { return static_cast<uint64_t>(value); }

uint64_t shared_unit(const Profile& card) { return card.major >= 8 ? 128 : 256; }

// Without regard to shared memory.
uint64_t blocks_by_threads(const Profile& card, const BlockNeeds& block) {
  const uint64_t warps = up(block.threads, kWarp) / kWarp;
  if (warps == 0 || block.threads > of(card.threads_per_block)) return 0;
  // Registers go to warps in units; the hardware's own check of a launch counts warps as if they were spread evenly over the partitions.
  const uint64_t by_warp = up(block.registers * kWarp, kRegisterUnit);
  if (block.registers > kRegistersPerThread || by_warp * up(warps, kPartitions) > of(card.registers_per_block)) return 0;
  uint64_t blocks = std::min(of(card.blocks_per_sm), of(card.warps_per_sm) / warps);
  if (by_warp) blocks = std::min(blocks, of(card.registers_per_sm) / kPartitions / by_warp * kPartitions / warps);
  return blocks;
}

}  // namespace

uint64_t system_shared_bytes(const Profile& card) { return card.major >= 8 ? 1024 : 0; }

uint64_t blocks_per_sm(const Profile& card, const BlockNeeds& block) {
  const uint64_t system = system_shared_bytes(card), shared = up(block.shared_bytes + system, shared_unit(card));
  if (shared > of(card.shared_bytes_per_block_optin) + system) return 0;
  const uint64_t blocks = blocks_by_threads(card, block);
  return shared ? std::min(blocks, of(card.shared_bytes_per_sm) / shared) : blocks;
}

uint64_t shared_bytes_for(const Profile& card, const BlockNeeds& block, uint64_t blocks) {
  if (blocks == 0 || blocks > blocks_by_threads(card, block)) return 0;
  const uint64_t system = system_shared_bytes(card), unit = shared_unit(card);
  const uint64_t share = of(card.shared_bytes_per_sm) / blocks / unit * unit;
  return share <= system ? 0 : std::min(share - system, of(card.shared_bytes_per_block_optin));
}

}  // namespace wg
