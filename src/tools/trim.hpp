#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plim::tools {

/// `text` cut to at most `max_chars` bytes: its first and last lines, whole ones where that is
/// possible, with a line between them that says how much is missing. Output keeps its end more
/// than its start (1:2), because failures are summed up last. Valid UTF-8 in, valid UTF-8 out.
[[nodiscard]] std::string trim_middle(std::string_view text, std::size_t max_chars);

/// A command's output as the model reads it: UTF-8, no escape sequences, a repeated line written
/// once with a count, `root` + "/" removed from paths, no trailing white space.
[[nodiscard]] std::string clean_output(std::string_view output, std::string_view root);

}  // namespace plim::tools
