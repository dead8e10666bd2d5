#include "workspace/loose_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace plim::workspace {
namespace {

constexpr auto look_alikes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"\u2018", "'"},  {"\u2019", "'"},  {"\u201A", "'"},  {"\u201B", "'"},  {"\u2032", "'"},
    {"\u201C", "\""}, {"\u201D", "\""}, {"\u201E", "\""}, {"\u201F", "\""}, {"\u2033", "\""},
    {"\u2010", "-"},  {"\u2011", "-"},  {"\u2012", "-"},  {"\u2013", "-"},  {"\u2014", "-"},
    {"\u2015", "-"},  {"\u2212", "-"},  {"\u00A0", " "},  {"\u2002", " "},  {"\u2003", " "},
    {"\u2007", " "},  {"\u2009", " "},  {"\u202F", " "},  {"\u3000", " "},  {"\u200B", ""},
    {"\u2060", ""},   {"\uFEFF", ""},
});

std::size_t point_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(length, text.size());
}

void drop_trailing_blanks(LooseText& loose) {
  while (!loose.text.empty() && (loose.text.back() == ' ' || loose.text.back() == '\t')) {
    loose.text.pop_back();
    loose.begin.pop_back();
    loose.end.pop_back();
  }
}

}  // namespace

std::string_view plain_form(std::string_view point) {
  const auto* const found =
      std::ranges::find(look_alikes, point, &std::pair<std::string_view, std::string_view>::first);
  return found == look_alikes.end() ? point : found->second;
}

LooseText loosen(std::string_view text, Match match) {
  LooseText loose;
  loose.text.reserve(text.size());
  loose.begin.reserve(text.size());
  loose.end.reserve(text.size());
  const bool old_mac = !text.contains('\n');
  for (std::size_t at = 0; at < text.size();) {
    const bool pair = text.substr(at).starts_with("\r\n");
    const std::size_t length = pair ? 2 : point_length(text.substr(at));
    std::string_view written = text.substr(at, length);
    if (pair || (old_mac && written == "\r")) written = "\n";
    if (match == Match::look_alike && length > 1) written = plain_form(written);
    if (written == "\n" && match != Match::line_endings) drop_trailing_blanks(loose);
    const bool kept_as_is = written.size() == length;
    for (std::size_t i = 0; i < written.size(); ++i) {
      loose.text += written[i];
      loose.begin.push_back(kept_as_is ? at + i : at);
      loose.end.push_back(kept_as_is ? at + i + 1 : at + length);
    }
    at += length;
  }
  if (match != Match::line_endings) drop_trailing_blanks(loose);
  return loose;
}

}  // namespace plim::workspace
