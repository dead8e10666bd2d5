#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

#include "base/error.hpp"

namespace plim::sys {

/// Waits for something to read on a non-blocking `fd` and reads what is there. 0: the end.
/// Errors: cancelled when `stop` is requested, io.
[[nodiscard]] Result<std::size_t> read_some(int fd, std::span<char> buffer, std::stop_token stop);

}  // namespace plim::sys
