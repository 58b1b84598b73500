// One cause, one finding: what the instructions of a launch found -> what is told of it. Two lines that race meet in both orders, within a
// warp as well as between warps, and may read what the other hasn't written yet; all of that is one missing barrier.
#pragma once
#include "warp.h"

namespace wg {

// Findings in a fixed order, without those that only say again what another one says.
std::vector<const RawFinding*> causes(const ProgramImpl& program, const std::map<FindingKey, RawFinding>& findings);

}  // namespace wg
