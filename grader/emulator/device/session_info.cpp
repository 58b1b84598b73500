// What the device says of itself: its card's figures, and how many blocks of a kernel fit on an SM.
#include <algorithm>
#include <cstring>

#include "occupancy.h"
#include "session.h"

namespace wg {

// A program without a card hears so from every call; the runner around it has one all the same, for what it brings and fetches.
bool Session::sees_devices(const Request& r) const {
  if (!options_.cards.empty()) return true;
  switch (r.op) {
    case wire::Op::hello:
    case wire::Op::mark:
    case wire::Op::last_error:
    case wire::Op::take_printf:
    case wire::Op::host_fault:
    case wire::Op::host_accesses:
    case wire::Op::module_begin:  // constructors of the program bring these, long before it asks for a device
    case wire::Op::module_data:
    case wire::Op::module_close: return true;
    default: break;
  }
  return !(phase_.empty() || phase_.starts_with("call"));
}

int Session::device_info(Request& r) {
  const auto device = r.in.left() ? r.in.get<uint32_t>() : 0;
  if (device >= options_.cards.size()) return options_.cards.empty() ? kNoDevice : kInvalidDevice;
  const Profile& p = options_.cards[device];
  wire::DeviceInfo info{};
  std::memcpy(info.name, p.name.data(), std::min(p.name.size(), sizeof info.name - 1));
  const auto narrow = [](int64_t value) { return static_cast<int32_t>(std::min<int64_t>(value, INT32_MAX)); };
  info.major = p.major;
  info.minor = p.minor;
  info.sm_count = narrow(p.sm_count);
  info.warps_per_sm = narrow(p.warps_per_sm);
  info.blocks_per_sm = narrow(p.blocks_per_sm);
  info.threads_per_block = narrow(p.threads_per_block);
  info.registers_per_sm = narrow(p.registers_per_sm);
  info.registers_per_block = narrow(p.registers_per_block);
  info.shared_bytes_per_block = narrow(p.shared_bytes_per_block);
  info.shared_bytes_per_block_optin = narrow(p.shared_bytes_per_block_optin);
  info.shared_bytes_per_sm = narrow(p.shared_bytes_per_sm);
  info.system_shared_bytes = narrow(static_cast<int64_t>(system_shared_bytes(p)));
  info.clock_khz = narrow(p.clock_khz);
  info.memory_clock_khz = narrow(p.memory_clock_khz);
  info.memory_bus_bits = narrow(p.memory_bus_bits);
  info.l2_bytes = narrow(p.l2_bytes);
  info.l2_persisting_bytes = narrow(p.l2_persisting_bytes);
  info.l2_window_bytes = narrow(p.l2_window_bytes);
  info.pci_device = narrow(p.pci_device);
  info.copy_engines = narrow(p.copy_engines);
  info.cards = narrow(static_cast<int64_t>(options_.cards.size()));
  info.memory_bytes = static_cast<uint64_t>(p.memory_bytes);
  out_.put(info);
  return kSuccess;
}

int Session::occupancy(Request& r) {
  const auto number = r.in.get<uint64_t>();
  const auto threads = r.in.get<int32_t>();
  const auto dynamic = r.in.get<uint64_t>();
  const auto blocks = r.in.left() ? r.in.get<int32_t>() : 0;  // asks for the most dynamic shared memory that lets so many be there
  if (!r.in.ok() || number == 0 || number > functions_.size() || !find_module(functions_[number - 1].module))
    return note(r, kInvalidDeviceFunction);
  const Function& function = functions_[number - 1];
  if (threads <= 0 || blocks < 0) return note(r, kInvalidValue);
  const uint64_t fixed = function.info->static_shared_bytes;
  BlockNeeds needs{static_cast<uint64_t>(threads), function.registers, fixed + dynamic};
  if (needs.threads > function.info->max_threads) needs.threads = ~uint64_t{0} >> 1;  // more than fit
  if (blocks) {
    const uint64_t shared = shared_bytes_for(options_.profile, needs, static_cast<uint64_t>(blocks));
    out_.put(std::min<uint64_t>(shared > fixed ? shared - fixed : 0, function.max_dynamic_shared));
    return note(r, shared ? kSuccess : kInvalidValue);
  }
  const bool fits = dynamic <= function.max_dynamic_shared;
  out_.put(static_cast<int32_t>(fits ? blocks_per_sm(options_.profile, needs) : 0));
  return note(r, kSuccess);
}

}  // namespace wg
