#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plim::tools {

/// The lines of `text`, without their newlines; a final newline starts no further line.
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

/// Lines `first` to `last` (1-based, clipped to what there is) as "{number}\t{line}", joined by
/// newlines, as every tool shows them.
[[nodiscard]] std::string numbered(const std::vector<std::string_view>& lines, std::size_t first,
                                   std::size_t last);

}  // namespace plim::tools
