#include "tools/lines.hpp"

#include <algorithm>
#include <format>

namespace plim::tools {

std::string numbered(std::span<const workspace::Line> lines, std::size_t first, std::size_t last) {
  std::string out;
  for (std::size_t n = std::max<std::size_t>(first, 1); n <= std::min(last, lines.size()); ++n) {
    out += std::format("{}{}\t{}", out.empty() ? "" : "\n", n, lines[n - 1].text);
  }
  return out;
}

}  // namespace plim::tools
