#include "workspace/edit_match.hpp"

#include <algorithm>

#include "workspace/indent_match.hpp"
#include "workspace/loose_text.hpp"

namespace plim::workspace {
namespace {

std::vector<std::size_t> find_all(std::string_view text, std::string_view wanted) {
  std::vector<std::size_t> found;
  for (auto at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) {
    found.push_back(at);
  }
  return found;
}

std::vector<Span> find_exact(std::string_view bytes, std::string_view old_text) {
  std::vector<Span> spans;
  for (const std::size_t at : find_all(bytes, old_text)) {
    spans.push_back({.begin = at, .end = at + old_text.size()});
  }
  return spans;
}

std::vector<Span> find_loose(std::string_view bytes, std::string_view old_text, Match match) {
  const std::string wanted = loosen(old_text, match).text;
  if (wanted.find_first_not_of(" \t\n") == std::string::npos) return {};
  LooseText file = loosen(bytes, match);
  if (!file.text.ends_with('\n')) {
    // An old text with a newline at its end also matches a last line without one.
    file.text += '\n';
    file.begin.push_back(bytes.size());
    file.end.push_back(bytes.size());
  }
  std::vector<Span> spans;
  for (const std::size_t at : find_all(file.text, wanted)) {
    spans.push_back({.begin = file.begin[at], .end = file.end[at + wanted.size() - 1]});
  }
  return spans;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::size_t common_suffix(std::string_view a, std::string_view b) {
  std::size_t length = 0;
  while (length < std::min(a.size(), b.size()) &&
         a[a.size() - 1 - length] == b[b.size() - 1 - length]) {
    ++length;
  }
  return length;
}

// Where the units [first, last) of a loose text lie in the original.
Span origin_of(const LooseText& loose, std::size_t first, std::size_t last) {
  if (first < last) return {.begin = loose.begin[first], .end = loose.end[last - 1]};
  const std::size_t at = first > 0             ? loose.end[first - 1]
                         : loose.begin.empty() ? 0
                                               : loose.begin[0];
  return {.begin = at, .end = at};
}

Replacement loose_replacement(std::string_view bytes, Span place, std::string_view old_text,
                              std::string_view new_text, Match match) {
  const LooseText region = loosen(bytes.substr(place.begin, place.end - place.begin), match);
  LooseText wanted = loosen(new_text, match);
  // The place is a last line without a newline: the new text loses its own.
  const bool open_end = region.text.size() + 1 == loosen(old_text, match).text.size();
  if (open_end && wanted.text.ends_with('\n')) wanted.text.pop_back();

  const std::size_t prefix = common_prefix(region.text, wanted.text);
  const std::size_t suffix = common_suffix(std::string_view(region.text).substr(prefix),
                                           std::string_view(wanted.text).substr(prefix));
  const Span there = origin_of(region, prefix, region.text.size() - suffix);
  const Span here = origin_of(wanted, prefix, wanted.text.size() - suffix);
  return {.span = {.begin = place.begin + there.begin, .end = place.begin + there.end},
          .text = std::string(new_text.substr(here.begin, here.end - here.begin))};
}

}  // namespace

std::vector<Span> find_places(std::string_view bytes, std::string_view old_text, Match match) {
  if (match == Match::exact) return find_exact(bytes, old_text);
  if (match == Match::indent) return find_indented(bytes, old_text);
  return find_loose(bytes, old_text, match);
}

std::optional<Replacement> replacement_at(std::string_view bytes, Span place,
                                          std::string_view old_text, std::string_view new_text,
                                          Match match) {
  if (match == Match::exact) return Replacement{.span = place, .text = std::string(new_text)};
  if (match == Match::indent) {
    const auto region = bytes.substr(place.begin, place.end - place.begin);
    auto shifted = shift_indent(region, old_text, new_text);
    if (!shifted) return std::nullopt;
    return Replacement{.span = place, .text = *std::move(shifted)};
  }
  return loose_replacement(bytes, place, old_text, new_text, match);
}

}  // namespace plim::workspace
