#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/edit.hpp"

// Inside workspace only: a text as a rung of the ladder reads it.
namespace plim::workspace {

/// A text with what a rung overlooks taken out, and where each byte of it came from.
struct LooseText {
  std::string text;
  std::vector<std::size_t> begin;  ///< Of text[i], in the original…
  std::vector<std::size_t> end;    ///< …and one past it.
};

/// `line_endings`: \r\n is \n. `trailing_space`: also no blanks at ends of lines. `look_alike`:
/// also plain quotes, dashes and spaces for typographic ones, and no zero-width characters.
[[nodiscard]] LooseText loosen(std::string_view text, Match match);

/// The plain form of one typographic code point in UTF-8; `point` itself when it has none.
[[nodiscard]] std::string_view plain_form(std::string_view point);

}  // namespace plim::workspace
