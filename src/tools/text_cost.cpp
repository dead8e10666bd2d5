#include "tools/text_cost.hpp"

#include <algorithm>
#include <cstdint>

namespace plim::tools {

Tokens text_cost(std::string_view text) {
  std::size_t digits = 0;
  std::size_t beyond_ascii = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') ++digits;
    if (static_cast<unsigned char>(c) >= 0x80) ++beyond_ascii;
  }
  const auto plain = static_cast<double>(text.size() - digits - beyond_ascii);
  return {static_cast<std::int64_t>(plain / bytes_per_token + static_cast<double>(digits) +
                                    static_cast<double>(beyond_ascii) / 2) +
          1};
}

std::size_t dense_cap(std::string_view text, std::size_t max_chars) {
  if (text.size() < 64) return max_chars;  // too short to say how dense it is
  const auto average = static_cast<double>(text.size()) / bytes_per_token;
  const auto real = static_cast<double>(text_cost(text).value);
  return static_cast<std::size_t>(static_cast<double>(max_chars) * std::min(average / real, 1.0));
}

}  // namespace plim::tools
