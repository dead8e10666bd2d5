#pragma once

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace plim::hw {

/// The start of a small kernel file, at most 64 KiB, without trailing newlines; nothing when it
/// cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& file);

/// A file that holds one decimal number. Nothing for any other content, "max" included.
[[nodiscard]] std::optional<std::uint64_t> read_number(const std::filesystem::path& file);

/// The whole of `text` as a number in `base`; nothing when it is anything else.
template <class T>
[[nodiscard]] std::optional<T> to_number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `text` without spaces and tabs around it.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Splits "Key:   value" or "KEY=value" at the first `separator`; both parts trimmed.
struct Field {
  std::string_view key;
  std::string_view value;
};
[[nodiscard]] std::optional<Field> split_field(std::string_view line, char separator);

/// The value of `key` in a file of such lines; "" when missing.
[[nodiscard]] std::string_view field_of(std::string_view text, std::string_view key,
                                        char separator);

}  // namespace plim::hw
