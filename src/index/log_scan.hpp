#pragma once

#include <optional>
#include <string_view>

// Inside index only: the small scanners that all line patterns are made of. None allocates.
namespace plim::index::logs {

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
[[nodiscard]] constexpr bool is_word(char c) { return is_alpha(c) || is_digit(c); }
[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string_view trim_left(std::string_view text);

/// Removes `prefix` from the front of `text` if it is there.
bool eat(std::string_view& text, std::string_view prefix);
/// Removes a decimal number of at most nine digits from the front.
std::optional<int> eat_number(std::string_view& text);
/// Removes and returns everything before `mark`, and the mark. Nothing: it is not there.
std::optional<std::string_view> eat_until(std::string_view& text, std::string_view mark);

/// What stands between the first quotation marks (' " ` or their typographic forms); else "".
[[nodiscard]] std::string_view first_quoted(std::string_view text);

struct Place {
  std::string_view file;
  int line = 0;
  int column = 0;
};

/// A place and what follows it.
struct PlaceAndRest {
  Place at;
  std::string_view rest;
};

/// Whether this may be a file's path: "a/b.cpp", "Makefile", "C:\a\b.cs"; not "12:30", "localhost".
[[nodiscard]] bool looks_like_path(std::string_view text);
/// Whether the name ends like source code or a build file.
[[nodiscard]] bool looks_like_source(std::string_view path);

/// A place at the very front: "f:L", "f:L:C", "f(L)", "f(L,C)", "f: (L, C)", "f:[L,C]"; one
/// separating ':' after it is removed from the rest.
[[nodiscard]] std::optional<PlaceAndRest> leading_place(std::string_view text);
/// The last place anywhere: also "File "f", line L", "f on line L", "f line L", "f:line L".
[[nodiscard]] std::optional<Place> last_place(std::string_view text);

/// Whether a plain line names trouble: error, fail, exception, panic, undefined, cannot, …
[[nodiscard]] bool names_trouble(std::string_view text);

}  // namespace plim::index::logs
