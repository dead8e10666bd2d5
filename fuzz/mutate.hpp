#pragma once

#include <random>
#include <string>
#include <string_view>

namespace plim::fuzz {

using Random = std::mt19937_64;

/// `input` after a few random changes: bits, numbers that break length checks, pieces removed,
/// repeated, or taken from `other`. At most `limit` bytes.
[[nodiscard]] std::string mutate(std::string input, std::string_view other, std::size_t limit,
                                 Random& random);

}  // namespace plim::fuzz
