#include "hw/text_file.hpp"

#include <fstream>
#include <ranges>

namespace plim::hw {

std::optional<std::string> read_text(const std::filesystem::path& file) {
  std::error_code error;
  // A pipe or device in a doctored tree must not hang the probe.
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(64U << 10U, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::optional<std::uint64_t> read_number(const std::filesystem::path& file) {
  const auto text = read_text(file);
  return text ? to_number<std::uint64_t>(*text) : std::nullopt;
}

std::string_view trim(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

std::optional<Field> split_field(std::string_view line, char separator) {
  const auto at = line.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  return Field{trim(line.substr(0, at)), trim(line.substr(at + 1))};
}

std::string_view field_of(std::string_view text, std::string_view key, char separator) {
  for (const auto line : std::views::split(text, '\n')) {
    const auto field = split_field(std::string_view(line), separator);
    if (field && field->key == key) return field->value;
  }
  return {};
}

}  // namespace plim::hw
