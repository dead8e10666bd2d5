#include "workspace/line_index.hpp"

#include <algorithm>

namespace plim::workspace {

std::vector<Line> split_lines(std::string_view text) {
  const char newline = text.contains('\n') ? '\n' : '\r';
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = text.find(newline);
    if (end == std::string_view::npos) {
      lines.push_back({.text = text, .ending = text.substr(text.size())});
      break;
    }
    const bool pair = newline == '\n' && end > 0 && text[end - 1] == '\r';
    const std::size_t length = pair ? end - 1 : end;
    lines.push_back(
        {.text = text.substr(0, length), .ending = text.substr(length, end + 1 - length)});
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::size_t line_number(std::string_view text, std::size_t offset) {
  const char newline = text.contains('\n') ? '\n' : '\r';
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), newline));
}

}  // namespace plim::workspace
