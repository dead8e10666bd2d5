#include "tools/lines.hpp"

#include <algorithm>
#include <format>

namespace plim::tools {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string numbered(const std::vector<std::string_view>& lines, std::size_t first,
                     std::size_t last) {
  std::string out;
  for (std::size_t n = std::max<std::size_t>(first, 1); n <= std::min(last, lines.size()); ++n) {
    out += std::format("{}{}\t{}", out.empty() ? "" : "\n", n, lines[n - 1]);
  }
  return out;
}

}  // namespace plim::tools
