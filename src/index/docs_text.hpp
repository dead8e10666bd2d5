#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plim::index {

/// A part of a document with a heading of its own.
struct DocSection {
  std::string title;  ///< The heading's line as it stands; the document's first line without one.
  std::string text;   ///< With the title.
  std::size_t line = 1;  ///< Of the document.

  friend bool operator==(const DocSection&, const DocSection&) = default;
};

/// Whether a file is documentation to be read as text: Markdown, reStructuredText, AsciiDoc, HTML,
/// plain text, man pages' like excluded.
[[nodiscard]] bool is_document(std::string_view path);

/// The sections of a document: headings of Markdown and AsciiDoc, underlined ones, and those of
/// HTML, which is read as text. Sections of several pages are cut into pieces.
[[nodiscard]] std::vector<DocSection> sections_of(std::string_view path, std::string_view text);

/// What an HTML page says, without markup: headings begin with "# ", items with "- ".
[[nodiscard]] std::string text_of_html(std::string_view html);

/// What stands at an anchor (`id` or `name`) of a page, up to the next anchor's worth of text; the
/// page's beginning when there is no such anchor.
[[nodiscard]] std::string text_at_anchor(std::string_view html, std::string_view anchor);

/// `text` cut to what an answer may hold, with a sign, as valid UTF-8.
[[nodiscard]] std::string cut_answer(std::string_view text);

}  // namespace plim::index
