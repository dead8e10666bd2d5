#pragma once

#include <cstddef>
#include <string_view>

#include "base/units.hpp"

namespace plim::tools {

/// What code and prose come to in the vocabularies of current models (3.2 to 4).
constexpr double bytes_per_token = 3.3;

/// What a text costs before any server has counted it: bytes_per_token, but digits and bytes beyond
/// ASCII count as what current vocabularies make of them at worst (a digit is a token, a Chinese
/// character of three bytes one and a half), so that dumps and tables do not surprise.
[[nodiscard]] Tokens text_cost(std::string_view text);

/// How much of `max_chars`, a cap for average text, a text as dense as this one may take.
[[nodiscard]] std::size_t dense_cap(std::string_view text, std::size_t max_chars);

}  // namespace plim::tools
