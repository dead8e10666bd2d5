#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "workspace/line_index.hpp"

namespace plim::tools {

/// Lines `first` to `last` (1-based, clipped to what there is) as "{number}\t{line}", joined by
/// newlines, as every tool shows them.
[[nodiscard]] std::string numbered(std::span<const workspace::Line> lines, std::size_t first,
                                   std::size_t last);

}  // namespace plim::tools
