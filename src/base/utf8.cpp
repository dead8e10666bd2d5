#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <format>

namespace plim {
namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t length = 0;  // 0 = ill-formed
};

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
Decoded decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {};
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF) return {};
  return {point, length};
}

bool is_unsafe(char32_t point) {
  if (point == U'\n' || point == U'\t') return false;
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return true;
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0x200E || point == 0x200F || point == 0x061C;
}

// Where an escape sequence that starts at `at` ends: CSI (ESC [ … final), OSC (ESC ] … BEL or
// ESC \), or intermediate bytes and a final one. Source: ECMA-48.
std::size_t end_of_escape(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size()) return text.size();
  std::size_t i = at + 2;
  if (text[at + 1] == '[') {
    while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
  } else if (text[at + 1] == ']') {
    while (i < text.size() && text[i] != '\a' && text[i] != '\x1b') ++i;
    if (i < text.size() && text[i] == '\x1b') ++i;
  } else {
    i = at + 1;
    while (i < text.size() && text[i] >= ' ' && text[i] <= '/') ++i;  // as in ESC ( B
  }
  return std::min(i + 1, text.size());
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto decoded = decode(text);
    if (decoded.length == 0) return false;
    text.remove_prefix(decoded.length);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto decoded = decode(text);
    out += decoded.length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, decoded.length);
    text.remove_prefix(std::max<std::size_t>(decoded.length, 1));
  }
  return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && is_continuation(text[limit])) --limit;
  return text.substr(0, limit);
}

std::string_view utf8_suffix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t start = text.size() - limit;
  while (start < text.size() && is_continuation(text[start])) ++start;
  return text.substr(start);
}

std::string terminal_safe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [point, length] = decode(text);
    if (length == 0) {
      out += std::format("\\x{:02X}", static_cast<unsigned char>(text.front()));
    } else if (is_unsafe(point)) {
      out += point < 0x100 ? std::format("\\x{:02X}", static_cast<std::uint32_t>(point))
                           : std::format("\\u{{{:04X}}}", static_cast<std::uint32_t>(point));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string without_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto escape = std::min(text.find('\x1b', i), text.size());
    out += text.substr(i, escape - i);
    i = escape < text.size() ? end_of_escape(text, escape) : escape;
  }
  return out;
}

}  // namespace plim
