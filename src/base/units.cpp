#include "base/units.hpp"

#include <array>
#include <format>
#include <string_view>

namespace plim {

std::string to_string(Bytes bytes) {
  constexpr std::array<std::string_view, 5> names{"B", "KiB", "MiB", "GiB", "TiB"};
  if (bytes.value < 1024) return std::format("{} B", bytes.value);
  auto amount = static_cast<double>(bytes.value);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < names.size()) {
    amount /= 1024;
    ++unit;
  }
  return std::format("{:.1f} {}", amount, names[unit]);
}

std::string to_string(Tokens tokens) {
  if (tokens.value < 1000) return std::format("{}", tokens.value);
  return std::format("{:.1f}k", static_cast<double>(tokens.value) / 1000);
}

}  // namespace plim
