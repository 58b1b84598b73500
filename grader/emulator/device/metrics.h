// Adding up the counters of several launches of one kernel.
#pragma once
#include <map>
#include <string>

namespace wg {

using Metrics = std::map<std::string, double>;  // Nsight Compute's names

// Sums; but of a share (`…_pct`) the largest is kept, and ratios are worked out from the sums they are made of.
void add_metrics(Metrics& total, const Metrics& more);

}  // namespace wg
