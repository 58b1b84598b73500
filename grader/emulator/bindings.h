// What the files of the Python module share.
#pragma once
#include <nanobind/nanobind.h>

#include <string>
#include <string_view>

#include "core/ptx.h"

namespace wg::bindings {

// Text as Python's: paths in .file directives are any bytes.
nanobind::object lenient(const std::string& text);

nanobind::dict dict_of(const ptx::Variable&);

// A module's text as a summary; with `bodies` its instructions, too.
nanobind::dict parse(std::string_view text, bool bodies);

}  // namespace wg::bindings
