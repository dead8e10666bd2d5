#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plim::workspace {

enum class LineEnding { lf, crlf, cr };

/// What must survive an edit, and what a file's text looks like.
struct TextTraits {
  bool binary = false;  ///< Holds a NUL byte.
  bool utf8 = true;
  bool bom = false;                    ///< Begins with the UTF-8 byte order mark.
  LineEnding ending = LineEnding::lf;  ///< The most frequent one; lf when there is none.
  bool final_newline = false;

  friend bool operator==(const TextTraits&, const TextTraits&) = default;
};

[[nodiscard]] TextTraits traits_of(std::string_view bytes);

/// One file as it is on the disk.
struct FileText {
  std::string path;  ///< Relative to the project's root.
  std::string bytes;
  TextTraits traits;
  std::uint32_t mode = 0;
  std::string hash;  ///< SHA-256 of `bytes`, hexadecimal.

  /// As a model or a person reads it: no byte order mark, lines end in \n, ill-formed UTF-8 is
  /// U+FFFD. Line numbers are those of edit_lines.
  [[nodiscard]] std::string text() const;
};

/// `text` with every line ending (\n, \r\n, and \r in a file of \r) written as `ending`.
[[nodiscard]] std::string with_line_endings(std::string_view text, LineEnding ending);

[[nodiscard]] std::string_view without_final_newline(std::string_view text);

/// What replaces the whole of a file: `text` with the old bytes' line endings, byte order mark
/// and missing or present final newline. An empty old file asks for nothing.
[[nodiscard]] std::string in_the_style_of(std::string_view old_bytes, std::string_view text);

}  // namespace plim::workspace
