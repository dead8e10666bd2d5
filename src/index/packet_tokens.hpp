#pragma once

#include <cstddef>
#include <string_view>

namespace plim::index {

/// How many tokens a text probably is when no model is there to count: words by their length,
/// digits, runs of punctuation, line breaks. Compared with the o200k vocabulary on 232 files of
/// nine languages it says 1.13 times as many in the median, at least 0.88 times in 95 of 100; what
/// it counts too few of is tables of numbers.
[[nodiscard]] std::size_t estimate_tokens(std::string_view text);

}  // namespace plim::index
