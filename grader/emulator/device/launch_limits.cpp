#include "launch_limits.h"

#include <algorithm>
#include <array>

#include "occupancy.h"
#include "session.h"

namespace wg {
namespace {

std::string text_of(const Dim3& d) { return '(' + std::to_string(d.x) + ',' + std::to_string(d.y) + ',' + std::to_string(d.z) + ')'; }

// "a block of 4096 x 1 x 1 threads"-like sentences for the first dimension that is too large or zero; "" if all fit.
std::string bad_dimension(const char* what, const char* unit, const Dim3& size, const std::array<uint64_t, 3>& most) {
  const std::array<uint32_t, 3> sizes{size.x, size.y, size.z};
  for (size_t i = 0; i < 3; ++i) {
    const std::string axis(1, "xyz"[i]);
    if (sizes[i] == 0) return std::string("the ") + what + "'s " + axis + " size is 0";
    if (sizes[i] > most[i])
      return std::to_string(sizes[i]) + ' ' + unit + " along " + axis + " of the " + what + ", and at most " + std::to_string(most[i]) +
             " are possible";
  }
  return "";
}

}  // namespace

Refusal check_launch(const Profile& card, const KernelInfo& kernel, uint64_t max_dynamic_shared, const LaunchShape& launch) {
  const uint64_t threads = launch.block.count(), most = static_cast<uint64_t>(card.threads_per_block);
  if (kernel.static_shared_bytes > static_cast<uint64_t>(card.shared_bytes_per_block))  // ptxas says so already, where it is asked
    return {kInvalidPtx, std::to_string(kernel.static_shared_bytes) + " bytes of static shared memory, and a kernel may declare at most " +
                             std::to_string(card.shared_bytes_per_block)};
  if (std::string why = bad_dimension("grid", "blocks", launch.grid, {0x7FFFFFFF, 65535, 65535}); !why.empty())
    return {kInvalidConfiguration, std::move(why)};
  if (threads > most)  // before the single dimensions: this is what people know
    return {kInvalidConfiguration, std::to_string(threads) + " threads in a block, and a block has at most " + std::to_string(most)};
  if (std::string why = bad_dimension("block", "threads", launch.block, {1024, 1024, 64}); !why.empty())
    return {kInvalidConfiguration, std::move(why)};
  if (threads > kernel.max_threads)
    return {kLaunchOutOfResources, std::to_string(threads) + " threads in a block, and the kernel's __launch_bounds__ allow at most " +
                                       std::to_string(kernel.max_threads)};
  if (launch.registers_exact && !blocks_per_sm(card, {threads, launch.registers, 0}))
    return {kLaunchOutOfResources, std::to_string(threads) + " threads of " + std::to_string(launch.registers) +
                                       " registers each, and a block has at most " + std::to_string(card.registers_per_block)};
  if (launch.dynamic_shared_bytes > max_dynamic_shared) {
    std::string why = std::to_string(launch.dynamic_shared_bytes) + " bytes of dynamic shared memory, and this kernel may have at most " +
                      std::to_string(max_dynamic_shared);
    if (kernel.static_shared_bytes) why += " beside the " + std::to_string(kernel.static_shared_bytes) + " that it declares";
    const auto possible = static_cast<uint64_t>(card.shared_bytes_per_block_optin) - kernel.static_shared_bytes;
    if (launch.dynamic_shared_bytes <= possible) why += "; cudaFuncSetAttribute can raise that to " + std::to_string(possible);
    return {kInvalidValue, std::move(why)};
  }
  if (const uint64_t room = resident_blocks(card, kernel, launch); launch.cooperative && launch.grid.count() > room)
    return {kCooperativeLaunchTooLarge, std::to_string(launch.grid.count()) + " blocks in a cooperative launch, and the GPU holds " +
                                            std::to_string(room) + " of this size at once"};
  return {};
}

uint64_t resident_blocks(const Profile& card, const KernelInfo& kernel, const LaunchShape& launch) {
  const uint64_t shared = kernel.static_shared_bytes + launch.dynamic_shared_bytes;
  return blocks_per_sm(card, {launch.block.count(), launch.registers, shared}) * static_cast<uint64_t>(card.sm_count);
}

std::string shape_text(const LaunchShape& launch) {
  std::string text = "grid " + text_of(launch.grid) + ", block " + text_of(launch.block);
  if (launch.dynamic_shared_bytes) text += ", " + std::to_string(launch.dynamic_shared_bytes) + " bytes of dynamic shared memory";
  return text;
}

}  // namespace wg
