#include "mutate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace plim::fuzz {
namespace {

std::size_t below(std::size_t end, Random& random) {
  return end == 0 ? 0 : static_cast<std::size_t>(random() % end);
}

// Numbers at the edges of what lengths, counts and types may be.
std::uint64_t edge_number(std::size_t size, Random& random) {
  const std::array<std::uint64_t, 12> edges{0,
                                            1,
                                            2,
                                            12,
                                            13,
                                            0x7F,
                                            0x80,
                                            0x7FFFFFFF,
                                            0x80000000,
                                            0xFFFFFFFF,
                                            ~std::uint64_t{0} >> 1U,
                                            ~std::uint64_t{0}};
  if (random() % 4 == 0) return size - below(size + 1, random);
  return edges.at(below(edges.size(), random)) + random() % 3 - 1;
}

void put_number(std::string& bytes, Random& random) {
  const std::size_t width = std::size_t{1} << below(4, random);
  if (bytes.size() < width) return;
  const auto at = below(bytes.size() - width + 1, random);
  auto number = edge_number(bytes.size(), random);
  for (std::size_t i = 0; i < width; ++i, number >>= 8U) {
    bytes[at + i] = static_cast<char>(number & 0xFFU);
  }
}

void change_once(std::string& bytes, std::string_view other, Random& random) {
  const auto at = below(bytes.size() + 1, random);
  const auto length = 1 + below(std::min<std::size_t>(bytes.size() - at, 64), random);
  switch (random() % 8) {
    case 0:
    case 1:
      if (at < bytes.size()) bytes[at] ^= static_cast<char>(1U << random() % 8);
      break;
    case 2:
    case 3:
      put_number(bytes, random);
      break;
    case 4:
      bytes.erase(at, length);
      break;
    case 5:
      bytes.insert(at, bytes.substr(below(bytes.size() + 1, random), length));
      break;
    case 6: {
      const auto from = below(other.size() + 1, random);
      bytes.insert(at, other.substr(from, 1 + below(64, random)));
      break;
    }
    case 7:
      bytes.insert(at, 1, static_cast<char>(random() & 0xFFU));
      break;
    default:
      break;
  }
}

}  // namespace

std::string mutate(std::string input, std::string_view other, std::size_t limit, Random& random) {
  for (auto changes = 1 + random() % 4; changes > 0; --changes) change_once(input, other, random);
  if (random() % 32 == 0) input.resize(below(input.size() + 1, random));
  if (input.size() > limit) input.resize(limit);
  return input;
}

}  // namespace plim::fuzz
