#include "workspace/nearest_lines.hpp"

#include <algorithm>
#include <format>
#include <vector>

#include "base/utf8.hpp"
#include "workspace/line_index.hpp"

namespace plim::workspace {
namespace {

constexpr std::size_t max_compared_lines = 20;  // of the old text
constexpr std::size_t max_file_lines = 20'000;
constexpr std::size_t max_shown_lines = 40;
constexpr std::size_t max_line_bytes = 160;
constexpr std::size_t context = 5;
constexpr double worth_showing = 0.4;  // average likeness of a line, from 0 to 1

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cheap and good enough to point at a place: how much of the longer line is common to both at
// the start and the end.
double likeness(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  const auto shorter = std::min(a.size(), b.size());
  std::size_t prefix = 0;
  while (prefix < shorter && a[prefix] == b[prefix]) ++prefix;
  std::size_t suffix = 0;
  while (suffix < shorter - prefix && a[a.size() - 1 - suffix] == b[b.size() - 1 - suffix]) {
    ++suffix;
  }
  return static_cast<double>(prefix + suffix) / static_cast<double>(std::max(a.size(), b.size()));
}

std::vector<std::string_view> trimmed_lines(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> lines;
  for (const Line& line : split_lines(text)) {
    if (lines.size() == limit) break;
    lines.push_back(trimmed(line.text));
  }
  return lines;
}

}  // namespace

std::string numbered_lines(std::string_view bytes, std::size_t first, std::size_t last,
                           std::size_t max_lines) {
  const auto lines = split_lines(bytes);
  last = std::min({last, lines.size(), first + max_lines - 1});
  std::string out;
  for (std::size_t number = std::max<std::size_t>(first, 1); number <= last; ++number) {
    const auto text = to_utf8(lines[number - 1].text);
    const auto shown = utf8_prefix(text, max_line_bytes);
    out += std::format("{:4}| {}{}\n", number, shown, shown.size() < text.size() ? "…" : "");
  }
  return out;
}

std::string nearest_lines(std::string_view bytes, std::string_view old_text) {
  const auto wanted = trimmed_lines(old_text, max_compared_lines);
  const auto lines = trimmed_lines(bytes, max_file_lines);
  double best = 0;
  std::size_t best_at = 0;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    double sum = 0;
    for (std::size_t i = 0; i < wanted.size() && at + i < lines.size(); ++i) {
      // Blank lines are alike everywhere and would only blur the comparison.
      if (!wanted[i].empty()) sum += likeness(wanted[i], lines[at + i]);
    }
    if (sum > best) {
      best = sum;
      best_at = at;
    }
  }
  const auto counted = std::ranges::count_if(wanted, [](auto line) { return !line.empty(); });
  if (counted == 0 || best / static_cast<double>(counted) < worth_showing) {
    return "No lines in it are like it; read the file again.";
  }
  const std::size_t first = best_at + 1 > context ? best_at + 1 - context : 1;
  const std::size_t last = best_at + wanted.size() + context;
  return std::format("The nearest lines are:\n{}",
                     numbered_lines(bytes, first, last, max_shown_lines));
}

}  // namespace plim::workspace
