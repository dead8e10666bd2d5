#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plim::tools {

/// The lines of a command's output that matter, at most `max_chars`: its first lines, its last
/// ones, and between them those that tell of errors, the first of these before all others. Each gap
/// says which lines it leaves out; the last line says how the rest is read, when `name` is its
/// log's.
[[nodiscard]] std::string log_excerpt(std::string_view output, std::size_t max_chars,
                                      std::string_view name);

}  // namespace plim::tools
