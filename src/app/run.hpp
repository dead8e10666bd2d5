#pragma once

#include <span>

#include "base/error.hpp"

namespace plim::app {

/// Runs the command line and returns the exit code. Errors: what could not even start; invalid
/// for a command line or configuration that is wrong.
[[nodiscard]] Result<int> run(std::span<char* const> args);

}  // namespace plim::app
