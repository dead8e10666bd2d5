#pragma once

#include <string>
#include <string_view>

namespace plim::workspace {

/// Words for a model whose old text was not found: the lines most like it, numbered, with five
/// more on either side; at most about 4 KiB. Only ever shown, never written to.
[[nodiscard]] std::string nearest_lines(std::string_view bytes, std::string_view old_text);

/// Lines [first, last] of `bytes` as "  12| text", for people and models; 1-based, inclusive,
/// long lines cut, at most `max_lines`.
[[nodiscard]] std::string numbered_lines(std::string_view bytes, std::size_t first,
                                         std::size_t last, std::size_t max_lines);

}  // namespace plim::workspace
