// Functions that device code calls and that the device itself provides: vprintf, __assertfail, malloc, free.
#pragma once
#include <string>

#include "warp.h"

namespace wg {

bool is_builtin(const std::string& name);
const Op* run_builtin(Warp& w, const Op* op, const Extra& call);

}  // namespace wg
