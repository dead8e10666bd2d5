#include "app/sizes.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

namespace plim::app {

std::optional<Bytes> parse_size(std::string_view text) {
  double amount = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (parsed.ec != std::errc() || !(amount > 0)) return std::nullopt;
  std::string unit;
  for (const char c : text.substr(static_cast<std::size_t>(parsed.ptr - text.data()))) {
    if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  double scale = 0;
  if (unit.empty() || unit == "b") scale = 1;
  if (unit == "k" || unit == "kb" || unit == "kib") scale = 1 << 10;
  if (unit == "m" || unit == "mb" || unit == "mib") scale = 1 << 20;
  if (unit == "g" || unit == "gb" || unit == "gib") scale = 1 << 30;
  if (unit == "t" || unit == "tb" || unit == "tib") scale = 1099511627776.0;
  const auto bytes = amount * scale;
  if (bytes < 1 || bytes > 1e15) return std::nullopt;
  return Bytes{static_cast<std::uint64_t>(std::llround(bytes))};
}

}  // namespace plim::app
