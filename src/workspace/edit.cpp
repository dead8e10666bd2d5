#include "workspace/edit.hpp"

#include <algorithm>
#include <ranges>
#include <vector>

#include "base/utf8.hpp"
#include "workspace/edit_match.hpp"
#include "workspace/file_text.hpp"
#include "workspace/line_index.hpp"
#include "workspace/nearest_lines.hpp"

namespace plim::workspace {
namespace {

// Typographic look-alikes need an origin table of 16 bytes a byte: not for huge files.
constexpr std::size_t max_loose_bytes = 2U << 20U;
constexpr std::size_t max_named_places = 10;

std::string places(std::string_view bytes, const std::vector<Span>& spans) {
  std::string out;
  for (const Span& span : spans | std::views::take(max_named_places)) {
    out += std::format("{}{}", out.empty() ? "" : ", ", line_number(bytes, span.begin));
  }
  return spans.size() > max_named_places ? out + ", …" : out;
}

LineEnding ending_around(std::string_view bytes, Span span) {
  const std::string_view region = bytes.substr(span.begin, span.end - span.begin);
  const bool has_ending = region.contains('\n') || region.contains('\r');
  return traits_of(has_ending ? region : bytes).ending;
}

// What a file's encoding cannot hold must not be written into it: U+FFFD stands for bytes that
// the model never saw, and UTF-8 inside Latin-1 or Shift-JIS is two broken encodings in one file.
Result<void> check_encoding(std::string_view bytes, std::string_view inserted) {
  const bool ascii =
      std::ranges::all_of(inserted, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii || is_utf8(bytes)) return {};
  return fail(Errc::invalid,
              "the file is not UTF-8, so only plain ASCII text can be written to it safely; "
              "leave the lines with other characters out of the edit");
}

Result<Edited> splice(std::string_view bytes, const Replacement& change, Match match) {
  const auto [begin, end] = change.span;
  const std::string inserted = with_line_endings(change.text, ending_around(bytes, change.span));
  if (inserted == bytes.substr(begin, end - begin)) {
    return fail(Errc::invalid, "the new text is the same as the old: nothing to change");
  }
  const auto encodable = check_encoding(bytes, inserted);
  if (!encodable) return std::unexpected(encodable.error());

  Edited edited{.bytes = {}, .match = match};
  edited.bytes.reserve(bytes.size() - (end - begin) + inserted.size());
  edited.bytes.append(bytes.substr(0, begin)).append(inserted).append(bytes.substr(end));
  edited.first_line = line_number(edited.bytes, begin);
  edited.last_line = edited.first_line - 1;
  if (inserted.empty()) {
    // Only a part of the line went: the rest of it is what changed.
    const bool whole_lines = begin == 0 || edited.bytes[begin - 1] == '\n';
    if (!whole_lines) edited.last_line = edited.first_line;
  } else {
    edited.last_line = line_number(edited.bytes, begin + inserted.size() - 1);
  }
  return edited;
}

}  // namespace

Result<Edited> edit_text(std::string_view bytes, std::string_view old_text,
                         std::string_view new_text) {
  if (old_text.empty()) return fail(Errc::invalid, "the old text is empty");
  if (old_text == new_text) {
    return fail(Errc::invalid, "the new text is the same as the old: nothing to change");
  }
  for (const Match match : {Match::exact, Match::line_endings, Match::trailing_space, Match::indent,
                            Match::look_alike}) {
    if (match != Match::exact && bytes.size() + old_text.size() > max_loose_bytes) break;
    const auto found = find_places(bytes, old_text, match);
    if (found.size() > 1) {
      return fail(Errc::invalid,
                  "the old text stands in {} places, at lines {}; add lines around it to make it "
                  "unique",
                  found.size(), places(bytes, found));
    }
    if (found.empty()) continue;
    const auto change = replacement_at(bytes, found.front(), old_text, new_text, match);
    if (change) return splice(bytes, *change, match);
  }
  return fail(Errc::not_found, "the old text is not in the file. {}",
              nearest_lines(bytes, old_text));
}

Result<Edited> edit_lines(std::string_view bytes, std::size_t first, std::size_t last,
                          std::string_view new_text) {
  // The byte order mark belongs to the file, not to its first line.
  const auto lines = split_lines(bytes.substr(traits_of(bytes).bom ? 3 : 0));
  if (first < 1 || last > lines.size() || first > lines.size() + 1 || last + 1 < first) {
    return fail(Errc::invalid, "lines {} to {} are not in the file: it has {}", first, last,
                lines.size());
  }
  const auto offset_of = [&](std::size_t line) -> std::size_t {
    return line > lines.size()
               ? bytes.size()
               : static_cast<std::size_t>(lines[line - 1].text.data() - bytes.data());
  };
  Replacement change{.span = {.begin = offset_of(first), .end = offset_of(last + 1)},
                     .text = std::string(new_text)};
  const bool at_end = change.span.end == bytes.size();
  const bool file_is_open = at_end && !bytes.empty() && !traits_of(bytes).final_newline;
  const bool text_is_open = !change.text.empty() && !traits_of(change.text).final_newline;

  if (text_is_open && !file_is_open) change.text += '\n';
  if (file_is_open) {
    // The last line had no newline, and the new last line gets none either.
    if (!text_is_open && !change.text.empty()) {
      change.text = std::string(without_final_newline(change.text));
    }
    if (first > lines.size()) change.text.insert(0, "\n");
    if (change.text.empty() && first > 1) change.span.begin -= lines[first - 2].ending.size();
  }
  return splice(bytes, change, Match::exact);
}

std::string_view to_string(Match match) {
  switch (match) {
    case Match::exact:
      return "";
    case Match::line_endings:
      return "line endings differ";
    case Match::trailing_space:
      return "trailing spaces differ";
    case Match::indent:
      return "indentation differs";
    case Match::look_alike:
      return "typographic characters differ";
  }
  return "";
}

}  // namespace plim::workspace
