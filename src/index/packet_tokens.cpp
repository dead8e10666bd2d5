#include "index/packet_tokens.hpp"

namespace plim::index {
namespace {

enum class Kind { space, line, lower, upper, digit, mark, other };

Kind kind_of(char c) {
  if (c == '\n' || c == '\r') return Kind::line;
  if (c == ' ' || c == '\t') return Kind::space;
  if (c >= 'a' && c <= 'z') return Kind::lower;
  if (c >= 'A' && c <= 'Z') return Kind::upper;
  if (c >= '0' && c <= '9') return Kind::digit;
  return static_cast<unsigned char>(c) >= 0x80 ? Kind::other : Kind::mark;
}

// Tokens of a run of one kind, times 16.
std::size_t price(Kind kind, std::size_t length) {
  switch (kind) {
    case Kind::line:
      return 14;
    case Kind::space:
      return length == 1 ? 1 : 9;  // one space belongs to the word after it
    case Kind::lower:
    case Kind::upper:
      return 14 + (length > 7 ? (length - 7) * 3 : 0);
    case Kind::digit:
      return 10 * length;
    case Kind::mark:
      return 12 + (length - 1) * 6;
    case Kind::other:
      return 8 * length;
  }
  return 16 * length;
}

}  // namespace

std::size_t estimate_tokens(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto kind = kind_of(text[i]);
    std::size_t end = i + 1;
    // A capital begins a word of small letters.
    const bool word = kind == Kind::upper && end < text.size() && kind_of(text[end]) == Kind::lower;
    const auto run = word ? Kind::lower : kind;
    while (end < text.size() && kind_of(text[end]) == run) ++end;
    sum += price(run, end - i);
    i = end;
  }
  return (sum * 11 / 10 + 15) / 16;  // an eighth too many rather than one too few
}

}  // namespace plim::index
