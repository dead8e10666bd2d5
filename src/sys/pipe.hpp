#pragma once

#include "base/error.hpp"
#include "sys/unique_fd.hpp"

namespace plim::sys {

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

/// Close-on-exec, and both numbers above 2: a child that places its own standard streams must not
/// overwrite them. Errors: capacity, io.
[[nodiscard]] Result<Pipe> open_pipe();

/// `fd`, or a copy of it whose number is above 2. Errors: capacity, io.
[[nodiscard]] Result<UniqueFd> above_stdio(UniqueFd fd);

}  // namespace plim::sys
