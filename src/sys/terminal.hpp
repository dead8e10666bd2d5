#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace plim::sys {

/// Whether descriptor `fd` (0, 1 or 2) is a terminal.
[[nodiscard]] bool is_terminal(int fd);

/// Columns of the terminal on `fd`; 80 when it is none or does not say.
[[nodiscard]] int terminal_width(int fd);

/// Reads one line from the terminal on stdin, without its newline. Nothing at end of input or
/// when `stop` is requested, which breaks the wait at once.
[[nodiscard]] std::optional<std::string> read_line(std::stop_token stop);

/// Most memory this process ever had resident, in KiB.
[[nodiscard]] std::int64_t peak_resident_kib();

}  // namespace plim::sys
