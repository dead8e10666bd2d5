#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plim::index {

inline void put_varint(std::string& out, std::uint32_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80U));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

/// Takes one number off the front of `bytes`; 0 when it is cut short, and `bytes` is empty then.
[[nodiscard]] inline std::uint32_t take_varint(std::string_view& bytes) {
  // Nearly all are of one byte.
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) < 0x80) {
    const auto small = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return small;
  }
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint32_t>(byte & 0x7fU) << shift;
    if (byte < 0x80) return value;
  }
  bytes = {};
  return 0;
}

}  // namespace plim::index
