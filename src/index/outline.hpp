#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/language.hpp"
#include "index/symbols.hpp"

namespace plim::index {

/// One line of a file's outline.
struct OutlineItem {
  Symbol symbol;
  std::string signature;  ///< One line, without the body: `int parse(const char* text)`.
  unsigned depth = 0;     ///< Definitions around it.
};

/// The definitions of a text as a reader would list them, in order. Any thread.
[[nodiscard]] std::vector<OutlineItem> outline_of(Language language, std::string_view text);

}  // namespace plim::index
