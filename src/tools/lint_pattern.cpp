#include "tools/lint_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plim::tools {
namespace {

constexpr int most_repetitions = 2000;  // more do not parse as a grammar

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Reads alternatives of sequences of counted atoms, as far as they go.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  bool all() { return alternatives() && rest_.empty(); }

 private:
  bool alternatives() {
    if (!sequence()) return false;
    while (take('|')) {
      if (!sequence()) return false;
    }
    return true;
  }

  bool sequence() {
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      if (!atom() || !count()) return false;
    }
    return true;
  }

  bool atom() {
    const char c = next();
    if (c == '(') {
      if (rest_.starts_with('?') && !take("?:")) return false;
      return alternatives() && take(')');
    }
    if (c == '[') return characters();
    if (c == '\\') return !rest_.empty() && is_escaped(next());
    constexpr std::string_view special = "\".^$*+?{}]";
    return static_cast<unsigned char>(c) >= 0x20 && !special.contains(c);
  }

  // A class. One that names what may not be must name what ends a JSON text, too.
  bool characters() {
    const auto end = rest_.find(']');
    if (end == std::string_view::npos || end == 0) return false;
    const auto inside = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (inside.starts_with('^')) return inside == R"(^"\\)";
    for (std::size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] == '"' || inside[i] == '[') return false;
      if (inside[i] != '\\') continue;
      ++i;
      if (i == inside.size() || !is_escaped(inside[i])) return false;
    }
    return true;
  }

  // "*", "+", "?" or "{2,5}", at most one of them.
  bool count() {
    if (!take('{')) {
      if (!rest_.empty() && std::string_view("*+?").contains(rest_.front())) next();
    } else if (!bounds()) {
      return false;
    }
    return rest_.empty() || !std::string_view("*+?{").contains(rest_.front());
  }

  bool bounds() {
    const auto least = number();
    const bool open = take(',');
    const auto most = open ? number() : least;
    return take('}') && least && *least <= most.value_or(most_repetitions) &&
           most.value_or(0) <= most_repetitions;
  }

  std::optional<int> number() {
    int value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return {};
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  // Letters stand for classes or control characters there; quotes would have to be escaped twice.
  static bool is_escaped(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && !is_word(c) && c != '"' && c != '\\';
  }

  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  bool take(char what) { return take(std::string_view(&what, 1)); }

  std::string_view rest_;
};

}  // namespace

bool is_kept_pattern(std::string_view pattern) {
  if (pattern.size() < 2 || !pattern.starts_with('^') || !pattern.ends_with('$')) return false;
  return Reader(pattern.substr(1, pattern.size() - 2)).all();
}

}  // namespace plim::tools
