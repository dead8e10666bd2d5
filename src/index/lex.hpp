#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plim::index {

inline constexpr std::size_t max_word = 64;  ///< Longer words are data, not names.

namespace lex_detail {

enum class Kind : std::uint8_t { other, lower, upper, digit, joint, foreign };

// Bytes above ASCII are words of their own: text in other scripts has names in it without spaces.
constexpr std::array<Kind, 256> make_kinds() {
  std::array<Kind, 256> kinds{};
  for (std::size_t byte = 0; byte < kinds.size(); ++byte) {
    const bool is_lower = byte >= 'a' && byte <= 'z';
    const bool is_upper = byte >= 'A' && byte <= 'Z';
    const bool is_digit = byte >= '0' && byte <= '9';
    kinds[byte] = is_lower ? Kind::lower : is_upper ? Kind::upper : Kind::other;
    if (is_digit) kinds[byte] = Kind::digit;
    if (byte == '_' || byte == '$') kinds[byte] = Kind::joint;
    if (byte >= 0x80) kinds[byte] = Kind::foreign;
  }
  return kinds;
}
inline constexpr std::array<Kind, 256> kinds = make_kinds();

inline Kind kind_of(char byte) { return kinds[static_cast<unsigned char>(byte)]; }

inline char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

}  // namespace lex_detail

/// Calls `sink(name, offset)` for each identifier or number in `text`, as it is written.
template <class Sink>
void for_each_name(std::string_view text, Sink&& sink) {
  using lex_detail::Kind;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && lex_detail::kind_of(text[at]) == Kind::other) ++at;
    const std::size_t start = at;
    const bool is_foreign = at < text.size() && lex_detail::kind_of(text[at]) == Kind::foreign;
    while (at < text.size() && lex_detail::kind_of(text[at]) != Kind::other &&
           (lex_detail::kind_of(text[at]) == Kind::foreign) == is_foreign) {
      ++at;
    }
    if (at > start && at - start <= max_word) sink(text.substr(start, at - start), start);
  }
}

/// Calls `sink(part)` with each part of `name` as written: getHTTPCode_v2 has get, HTTP, Code,
/// v, 2.
template <class Sink>
void for_each_part(std::string_view name, Sink&& sink) {
  using lex_detail::Kind;
  std::size_t at = 0;
  while (at < name.size()) {
    const Kind first = lex_detail::kind_of(name[at]);
    const std::size_t start = at++;
    if (first == Kind::joint) continue;
    const auto kind_at = [&](std::size_t place) { return lex_detail::kind_of(name[place]); };
    if (first == Kind::upper && at < name.size() && kind_at(at) == Kind::upper) {
      while (at < name.size() && kind_at(at) == Kind::upper) ++at;
      // HTTPCode: the last capital begins the next part.
      if (at < name.size() && kind_at(at) == Kind::lower) --at;
    } else {
      const Kind rest = first == Kind::digit ? Kind::digit : Kind::lower;
      while (at < name.size() && kind_at(at) == rest) ++at;
    }
    sink(name.substr(start, at - start));
  }
}

/// A word in small letters, without allocation.
class Folded {
 public:
  explicit Folded(std::string_view word) : size_(std::min(word.size(), max_word)) {
    std::ranges::transform(word.substr(0, size_), bytes_.begin(), lex_detail::lower);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, max_word> bytes_;
  std::size_t size_;
};

/// Whether a folded word says nothing: too short, a bare long number, a word of every language.
[[nodiscard]] bool is_noise(std::string_view folded);

/// Calls `sink(pair)` with each two neighbouring characters of three bytes: scripts such as Chinese
/// do not mark words, and two characters are about one. Source: Lucene's CJKBigramFilter.
template <class Sink>
void for_each_pair(std::string_view text, Sink&& sink) {
  constexpr std::size_t one = 3;
  for (std::size_t at = 0; at + 2 * one <= text.size(); at += one) sink(text.substr(at, 2 * one));
}

/// Calls `sink(term)` with the terms of one identifier: itself and, when there are several, its
/// parts, in small letters, noise left out. Both a file and a query are read through this.
template <class Sink>
void for_each_term(std::string_view name, Sink&& sink) {
  constexpr unsigned char three_byte_lead = 0xE0;
  if (!name.empty() && static_cast<unsigned char>(name.front()) >= three_byte_lead) {
    return for_each_pair(name, sink);
  }
  while (!name.empty() && lex_detail::kind_of(name.front()) == lex_detail::Kind::joint) {
    name.remove_prefix(1);
  }
  while (!name.empty() && lex_detail::kind_of(name.back()) == lex_detail::Kind::joint) {
    name.remove_suffix(1);
  }
  name = name.substr(0, max_word);
  const Folded whole(name);
  if (!is_noise(whole.view())) sink(whole.view());
  for_each_part(name, [&](std::string_view part) {
    if (part.size() == name.size()) return;
    const auto offset = static_cast<std::size_t>(part.data() - name.data());
    if (const auto folded = whole.view().substr(offset, part.size()); !is_noise(folded)) {
      sink(folded);
    }
  });
}

}  // namespace plim::index
