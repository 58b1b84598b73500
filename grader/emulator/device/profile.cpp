#include "profile.h"

#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>

namespace wg {
namespace {

std::string trim(const std::string& text) {
  const auto from = text.find_first_not_of(" \t\r");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

// `key = value  # comment` -> value without quotes, comment and digit separators.
std::string plain_value(const std::string& raw) {
  if (!raw.empty() && raw.front() == '"') {
    const auto end = raw.find('"', 1);
    return end == std::string::npos ? "" : raw.substr(1, end - 1);
  }
  std::string value = trim(raw.substr(0, raw.find('#')));
  std::erase(value, '_');
  return value;
}

}  // namespace

Profile read_profile(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read the profile " + path);
  std::map<std::string, std::string> values;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = trim(line);
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string::npos) throw std::runtime_error(path + ":" + std::to_string(number) + ": expected `key = value`");
    values[trim(line.substr(0, equals))] = plain_value(trim(line.substr(equals + 1)));
  }
  const auto text = [&](const char* key) {
    const auto found = values.find(key);
    if (found == values.end() || found->second.empty()) throw std::runtime_error(path + ": the key `" + key + "` is missing");
    return found->second;
  };
  const auto real = [&](const char* key) {
    const std::string value = text(key);
    double number = 0;
    const auto end = std::from_chars(value.data(), value.data() + value.size(), number);
    if (end.ec != std::errc() || end.ptr != value.data() + value.size() || !(number > 0)) {
      throw std::runtime_error(path + ": `" + key + "` must be a positive number, not `" + value + "`");
    }
    return number;
  };
  const auto whole = [&](const char* key) { return static_cast<int64_t>(real(key)); };
  const auto whole_if_told = [&](const char* key) { return values.contains(key) ? whole(key) : 0; };

  Profile p;
  p.name = text("name");
  const std::string capability = text("compute_capability");
  const auto dot = capability.find('.');
  p.major = std::atoi(capability.c_str());
  p.minor = dot == std::string::npos ? -1 : std::atoi(capability.c_str() + dot + 1);
  if (p.major <= 0 || p.minor < 0)
    throw std::runtime_error(path + ": `compute_capability` must look like \"8.0\", not `" + capability + "`");
  p.sm_count = whole("sm_count");
  p.shared_bytes_per_block = whole("shared_bytes_per_block");
  p.shared_bytes_per_block_optin = whole("shared_bytes_per_block_optin");
  p.shared_bytes_per_sm = whole("shared_bytes_per_sm");
  p.registers_per_sm = whole("registers_per_sm");
  p.registers_per_block = whole("registers_per_block");
  p.warps_per_sm = whole("warps_per_sm");
  p.blocks_per_sm = whole("blocks_per_sm");
  p.threads_per_block = whole("threads_per_block");
  p.l2_bytes = whole("l2_bytes");
  p.l2_persisting_bytes = whole_if_told("l2_persisting_bytes");
  p.l2_window_bytes = whole_if_told("l2_window_bytes");
  p.pci_device = whole_if_told("pci_device");
  p.memory_bytes = whole("memory_bytes");
  p.memory_gb_s = real("memory_gb_s");
  p.clock_khz = whole("clock_khz");
  p.memory_clock_khz = whole("memory_clock_khz");
  p.memory_bus_bits = whole("memory_bus_bits");
  p.copy_engines = whole("copy_engines");
  p.pcie_gb_s = real("pcie_gb_s");
  return p;
}

}  // namespace wg
