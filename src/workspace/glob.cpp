#include "workspace/glob.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace plim::workspace {
namespace {

using CharacterTest = int (*)(int);
constexpr auto classes = std::to_array<std::pair<std::string_view, CharacterTest>>({
    {"alnum", &std::isalnum},
    {"alpha", &std::isalpha},
    {"digit", &std::isdigit},
    {"lower", &std::islower},
    {"upper", &std::isupper},
    {"space", &std::isspace},
    {"punct", &std::ispunct},
    {"xdigit", &std::isxdigit},
});

struct SetMatch {
  bool matches = false;
  std::size_t length = 0;  // of the whole [...]
};

bool in_class(std::string_view name, char c) {
  const auto* const found =
      std::ranges::find(classes, name, &std::pair<std::string_view, CharacterTest>::first);
  return found != classes.end() && found->second(static_cast<unsigned char>(c)) != 0;
}

// `pattern` begins with '['. Nothing when it has no end: the bracket is then a plain character.
std::optional<SetMatch> match_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first)
      return SetMatch{.matches = found != negated, .length = at + 1};
    if (const auto end = pattern.find(":]", at);
        pattern.substr(at).starts_with("[:") && end != std::string_view::npos) {
      found = found || in_class(pattern.substr(at + 2, end - at - 2), c);
      at = end + 2;
      continue;
    }
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  return std::nullopt;
}

// How much of the pattern matches `c`, 0 for none. Not for '*'.
std::size_t match_one(std::string_view pattern, char c) {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '\\' && pattern.size() > 1) return pattern[1] == c ? 2 : 0;
  if (pattern.front() == '[') {
    if (const auto set = match_set(pattern, c)) return set->matches ? set->length : 0;
  }
  return pattern.front() == c ? 1 : 0;
}

// Most patterns end in what they mean (`*.pyc`, `build`), and most names in something else.
bool ends_otherwise(std::string_view pattern, std::string_view name) {
  constexpr std::string_view may_mean_others = "*?]\\";
  return !pattern.empty() && !name.empty() && !may_mean_others.contains(pattern.back()) &&
         pattern.back() != name.back();
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  if (ends_otherwise(pattern, name)) return false;
  constexpr std::size_t none = std::string_view::npos;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t after_star = none;  // what to try again, with the star one character longer
  std::size_t star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_end = n;
      continue;
    }
    const std::size_t step = p < pattern.size() ? match_one(pattern.substr(p), name[n]) : 0;
    if (step > 0) {
      p += step;
      ++n;
    } else if (after_star != none) {
      p = after_star;
      n = ++star_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == none;
}

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

bool path_matches(const std::vector<std::string>& pattern,
                  const std::vector<std::string_view>& path) {
  std::optional<std::size_t> after_stars;
  std::size_t stars_end = 0;
  std::size_t p = 0;
  std::size_t n = 0;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      after_stars = ++p;
      stars_end = n;
      if (p == pattern.size()) return true;
    } else if (p < pattern.size() && glob_matches(pattern[p], path[n])) {
      ++p;
      ++n;
    } else if (after_stars) {
      p = *after_stars;
      n = ++stars_end;
    } else {
      return false;
    }
  }
  return p == pattern.size();
}

}  // namespace plim::workspace
