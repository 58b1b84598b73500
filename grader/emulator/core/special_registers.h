// Special registers by name: "%tid.x" -> the slot of the frame that holds it.
#pragma once
#include <optional>
#include <string>

#include "code.h"

namespace wg {

std::optional<uint64_t> fixed_special_register(const std::string& name);  // those that are the same for every thread and launch
std::optional<Slot::Kind> special_register(const std::string& name);

}  // namespace wg
