#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace plim::workspace {

/// One line of a text, borrowed from it.
struct Line {
  std::string_view text;    ///< Without its ending.
  std::string_view ending;  ///< "\n", "\r\n", "\r" or, on a last line, "".

  [[nodiscard]] std::string_view whole() const {
    return {text.data(), text.size() + ending.size()};
  }
};

/// The lines of `text`, which must outlive them. Ends of lines are \n and \r\n; \r alone only
/// in a text that has no \n at all. A final newline does not make an empty last line.
[[nodiscard]] std::vector<Line> split_lines(std::string_view text);

/// The 1-based number of the line that holds the byte at `offset`.
[[nodiscard]] std::size_t line_number(std::string_view text, std::size_t offset);

}  // namespace plim::workspace
