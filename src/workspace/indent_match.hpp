#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/edit_match.hpp"

// Inside workspace only: the rung that accepts a block indented uniformly more or less.
namespace plim::workspace {

/// Runs of whole lines that equal those of `old_text` but for one shift of indentation.
[[nodiscard]] std::vector<Span> find_indented(std::string_view bytes, std::string_view old_text);

/// `new_text` shifted as `region` is from `old_text`. Nothing when a line of it has too little
/// indentation to shift, or would end up with tabs and spaces mixed.
[[nodiscard]] std::optional<std::string> shift_indent(std::string_view region,
                                                      std::string_view old_text,
                                                      std::string_view new_text);

}  // namespace plim::workspace
