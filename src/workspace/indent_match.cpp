#include "workspace/indent_match.hpp"

#include <algorithm>
#include <span>

#include "workspace/line_index.hpp"

namespace plim::workspace {
namespace {

constexpr std::string_view blanks = " \t";

bool is_blank(const Line& line) {
  return line.text.find_first_not_of(blanks) == std::string_view::npos;
}

std::string_view without_trailing_blanks(std::string_view text) {
  const auto last = text.find_last_not_of(blanks);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

std::string_view indent_of(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of(blanks), text.size()));
}

// The indentation that all lines but blank ones share.
std::string_view common_indent(std::span<const Line> lines) {
  std::optional<std::string_view> common;
  for (const Line& line : lines) {
    if (is_blank(line)) continue;
    const auto indent = indent_of(line.text);
    if (!common) common = indent;
    const auto end = std::ranges::mismatch(*common, indent).in1;
    common = common->substr(0, static_cast<std::size_t>(end - common->begin()));
  }
  return common.value_or("");
}

bool same_but_indent(std::span<const Line> window, std::span<const Line> wanted) {
  const auto trimmed_equal = [](const Line& a, const Line& b) {
    const auto left = without_trailing_blanks(a.text);
    const auto right = without_trailing_blanks(b.text);
    return left.substr(indent_of(left).size()) == right.substr(indent_of(right).size());
  };
  if (!std::ranges::equal(window, wanted, trimmed_equal)) return false;
  const std::size_t theirs = common_indent(window).size();
  const std::size_t ours = common_indent(wanted).size();
  return std::ranges::equal(window, wanted, [&](const Line& a, const Line& b) {
    if (is_blank(a)) return true;
    return without_trailing_blanks(a.text.substr(theirs)) ==
           without_trailing_blanks(b.text.substr(ours));
  });
}

// One line moved from indentation `from` to `to`.
std::optional<std::string> shifted(std::string_view line, std::string_view from,
                                   std::string_view to) {
  if (to.ends_with(from)) {
    return std::string(to.substr(0, to.size() - from.size())).append(line);
  }
  if (from.ends_with(to)) {
    const auto surplus = from.substr(0, from.size() - to.size());
    if (!line.starts_with(surplus)) return std::nullopt;
    return std::string(line.substr(surplus.size()));
  }
  // Tabs for spaces or the reverse: safe only for lines that are not indented any further.
  if (indent_of(line) != from) return std::nullopt;
  return std::string(to).append(line.substr(from.size()));
}

}  // namespace

std::vector<Span> find_indented(std::string_view bytes, std::string_view old_text) {
  const auto wanted = split_lines(old_text);
  if (std::ranges::all_of(wanted, is_blank)) return {};
  const auto lines = split_lines(bytes);
  const bool open_end = wanted.back().ending.empty();
  std::vector<Span> spans;
  for (std::size_t first = 0; first + wanted.size() <= lines.size(); ++first) {
    const auto window = std::span(lines).subspan(first, wanted.size());
    if (!same_but_indent(window, wanted)) continue;
    const auto end = open_end ? window.back().text : window.back().whole();
    spans.push_back({.begin = static_cast<std::size_t>(window.front().text.data() - bytes.data()),
                     .end = static_cast<std::size_t>(end.data() + end.size() - bytes.data())});
  }
  return spans;
}

std::optional<std::string> shift_indent(std::string_view region, std::string_view old_text,
                                        std::string_view new_text) {
  const auto lines = split_lines(region);
  const auto from = common_indent(split_lines(old_text));
  const auto to = common_indent(lines);
  std::string out;
  for (const Line& line : split_lines(new_text)) {
    if (is_blank(line)) {
      out += line.whole();
      continue;
    }
    const auto moved = shifted(line.text, from, to);
    if (!moved) return std::nullopt;
    out += *moved;
    out += line.ending;
  }
  // The region is a last line without a newline: so is what replaces it.
  if (lines.back().ending.empty() && out.ends_with('\n') && old_text.ends_with('\n'))
    out.pop_back();
  return out;
}

}  // namespace plim::workspace
