// Records of blocks -> the launch's public result: metrics under Nsight Compute's names, per kernel and per source line, and findings with
// source frames.
#pragma once
#include "warp.h"

namespace wg {

void summarise(const ProgramImpl& program, const Launch& launch, const BlockRecord& total, LaunchResult& result);

}  // namespace wg
