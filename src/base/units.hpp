#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace plim {

/// An amount of memory or file in bytes.
struct Bytes {
  std::uint64_t value = 0;

  friend auto operator<=>(const Bytes&, const Bytes&) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return {a.value + b.value}; }
  friend constexpr Bytes operator*(Bytes a, std::uint64_t n) { return {a.value * n}; }
  constexpr Bytes& operator+=(Bytes b) { return value += b.value, *this; }

  /// `a` less `b`, and 0 where `b` is larger: memory left is never negative.
  friend constexpr Bytes operator-(Bytes a, Bytes b) {
    return {a.value > b.value ? a.value - b.value : 0};
  }
};

constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10U}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20U}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30U}; }

/// A length of text as the served model counts it.
struct Tokens {
  std::int64_t value = 0;

  friend auto operator<=>(const Tokens&, const Tokens&) = default;
  friend constexpr Tokens operator+(Tokens a, Tokens b) { return {a.value + b.value}; }
  friend constexpr Tokens operator-(Tokens a, Tokens b) { return {a.value - b.value}; }
  constexpr Tokens& operator+=(Tokens b) { return value += b.value, *this; }
};

/// For people: "573.5 MiB", "1.2 GiB", "12 B"; binary prefixes, one decimal from KiB on.
[[nodiscard]] std::string to_string(Bytes bytes);

/// For people: "512", "8.2k".
[[nodiscard]] std::string to_string(Tokens tokens);

}  // namespace plim
