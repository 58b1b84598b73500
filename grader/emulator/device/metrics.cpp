#include "metrics.h"

#include <algorithm>
#include <string_view>

namespace wg {
namespace {

// "l1tex__average_t_sectors_per_request_X.ratio" is "l1tex__t_sectors_X.sum" / "l1tex__t_requests_X.sum".
constexpr std::string_view kSectorsPerRequest = "l1tex__average_t_sectors_per_request_";
constexpr std::string_view kRatio = ".ratio";

double sectors_per_request(const Metrics& metrics, std::string_view ratio, double otherwise) {
  const std::string rest(ratio.substr(kSectorsPerRequest.size(), ratio.size() - kSectorsPerRequest.size() - kRatio.size()));
  const auto sectors = metrics.find("l1tex__t_sectors_" + rest + ".sum");
  const auto requests = metrics.find("l1tex__t_requests_" + rest + ".sum");
  if (sectors == metrics.end() || requests == metrics.end()) return otherwise;
  return requests->second > 0 ? sectors->second / requests->second : 0;
}

}  // namespace

void add_metrics(Metrics& total, const Metrics& more) {
  for (const auto& [name, value] : more) {
    if (name.ends_with(kRatio)) {
      total[name] = value;
    } else if (name.ends_with("_pct")) {
      total[name] = std::max(total[name], value);
    } else {
      total[name] += value;
    }
  }
  for (auto& [name, value] : total) {
    if (name.starts_with(kSectorsPerRequest) && name.ends_with(kRatio)) value = sectors_per_request(total, name, value);
  }
}

}  // namespace wg
