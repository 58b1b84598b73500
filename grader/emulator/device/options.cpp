#include "options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "../core/gpu.h"

namespace wg {
namespace {

constexpr const char* kUsage =
    "usage: warpgrade-device --socket PATH --record DIR --profile FILE [--checks LIST|all|none] [--threads N] [--max-block-instructions N] "
    "[--max-kernel-instructions N] [--max-kernel-s S] [--memory-mib N] [--resident-mib N] [--schedule fixed|fuzz] [--seed N] "
    "[--cards FILE,…|none] [--record-outputs] "
    "[--one-client] "
    "[--latencies HtoD=US,DtoH=US,kernel=US]";

template <class T>
T number(const std::string& option, const std::string& value) {
  T result{};
  const auto end = std::from_chars(value.data(), value.data() + value.size(), result);
  if (end.ec != std::errc() || end.ptr != value.data() + value.size() || !(result > 0)) {
    throw std::runtime_error(option + " takes a positive number, not `" + value + "`");
  }
  return result;
}

// `all` is what compute-sanitizer's tools find while kernels run; leaks are asked for by name, since many honest programs exit without
// freeing.
void set_checks(Options& options, const std::string& list) {
  static const std::map<std::string, unsigned> known = {{"memcheck", kMemcheck},
                                                        {"racecheck", kRacecheck},
                                                        {"initcheck", kInitcheck},
                                                        {"synccheck", kSynccheck},
                                                        {"all", kAllChecks},
                                                        {"none", 0},
                                                        {"leak", 0}};
  options.checks = 0;
  for (size_t at = 0; at <= list.size();) {
    const size_t comma = std::min(list.find(',', at), list.size());
    const std::string name = list.substr(at, comma - at);
    const auto found = known.find(name);
    if (found == known.end()) {
      throw std::runtime_error("--checks: `" + name + "` is none of memcheck, racecheck, initcheck, synccheck, leak, all, none");
    }
    options.checks |= found->second;
    options.leak_check |= name == "leak";
    at = comma + 1;
  }
}

// "HtoD=40,kernel=12.5": microseconds.
void set_latencies(Options& options, const std::string& list) {
  for (size_t at = 0; at < list.size();) {
    const size_t comma = std::min(list.find(',', at), list.size()), equals = std::min(list.find('=', at), comma);
    const std::string name = list.substr(at, equals - at);
    double* const place = name == "HtoD"     ? &options.latencies.to_device_s
                          : name == "DtoH"   ? &options.latencies.to_host_s
                          : name == "kernel" ? &options.latencies.kernel_s
                                             : nullptr;
    if (!place || equals == comma) throw std::runtime_error("--latencies: `" + name + "` is none of HtoD=, DtoH=, kernel=");
    *place = number<double>("--latencies " + name, list.substr(equals + 1, comma - equals - 1)) * 1e-6;
    at = comma + 1;
  }
}

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  options.checks = kAllChecks;
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 256u);
  std::string profile, cards;
  uint64_t memory_mib = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--record-outputs") {
      options.record_outputs = true;
      continue;
    }
    if (option == "--one-client") {
      options.one_client = true;
      continue;
    }
    if (i + 1 >= argc) throw std::runtime_error(std::string(kUsage));
    const std::string value = argv[++i];
    if (option == "--socket") {
      options.socket_path = value;
    } else if (option == "--record") {
      options.record_dir = value;
    } else if (option == "--inputs") {
      options.inputs_dir = value;
    } else if (option == "--profile") {
      profile = value;
    } else if (option == "--cards") {
      cards = value;
    } else if (option == "--checks") {
      set_checks(options, value);
    } else if (option == "--threads") {
      options.threads = std::min(number<unsigned>(option, value), 256u);
    } else if (option == "--max-block-instructions") {
      options.max_block_instructions = number<uint64_t>(option, value);
    } else if (option == "--max-kernel-instructions") {
      options.max_kernel_instructions = number<uint64_t>(option, value);
    } else if (option == "--max-kernel-s") {
      options.max_kernel_s = number<double>(option, value);
    } else if (option == "--schedule") {
      if (value != "fixed" && value != "fuzz") throw std::runtime_error("--schedule is fixed or fuzz, not `" + value + "`");
      options.fuzz = value == "fuzz";
    } else if (option == "--seed") {
      options.seed = value == "0" ? 0 : number<uint64_t>(option, value);
    } else if (option == "--latencies") {
      set_latencies(options, value);
    } else if (option == "--memory-mib") {
      memory_mib = std::min<uint64_t>(number<uint64_t>(option, value), 1ull << 30);
    } else if (option == "--resident-mib") {
      options.resident_bytes = std::min<uint64_t>(number<uint64_t>(option, value), 1ull << 30) << 20;
    } else {
      throw std::runtime_error("unknown option " + option + "; " + kUsage);
    }
  }
  if (options.socket_path.empty() || options.record_dir.empty() || profile.empty()) throw std::runtime_error(kUsage);
  options.profile = read_profile(profile);
  options.profile_name = std::filesystem::path(profile).stem().string();
  const auto card = static_cast<uint64_t>(options.profile.memory_bytes);
  options.memory_bytes = memory_mib ? std::min(memory_mib << 20, card) : card;
  if (cards.empty()) {
    options.cards = {options.profile};
    options.cards[0].memory_bytes = static_cast<int64_t>(options.memory_bytes);
  } else if (cards != "none") {
    for (size_t at = 0; at <= cards.size();) {
      const size_t comma = std::min(cards.find(',', at), cards.size());
      options.cards.push_back(read_profile(cards.substr(at, comma - at)));
      at = comma + 1;
    }
  }
  return options;
}

}  // namespace wg
