#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace plim::workspace {

/// How the old text was found; everything but `exact` deserves a word to the user.
enum class Match { exact, line_endings, trailing_space, indent, look_alike };

/// The bytes after an edit, and which of its lines are new.
struct Edited {
  std::string bytes;
  Match match = Match::exact;
  std::size_t first_line = 1;  ///< 1-based, in the new text.
  std::size_t last_line = 1;   ///< Inclusive; first_line - 1 when lines were only removed.

  friend bool operator==(const Edited&, const Edited&) = default;
};

// Pure text edits. Bytes outside the edited region are never touched; inserted text gets the
// line endings of its surroundings. No similarity is ever enough to write: when the old text is
// not there, the error shows the nearest real lines instead.
// Source: docs/decisions.md, "Edits that land".

/// Replaces the one place where `old_text` stands. Tried in this order, stopping at the first
/// that finds anything: exact; line endings ignored; trailing spaces ignored; the whole block
/// indented uniformly more or less (`new_text` is shifted alike); typographic quotes, dashes
/// and spaces equal to the plain ones.
/// Errors: not_found, with the nearest lines and their numbers; invalid when several places
/// match, with their line numbers; invalid when nothing would change, or when text is to be
/// written that the file's encoding cannot hold.
[[nodiscard]] Result<Edited> edit_text(std::string_view bytes, std::string_view old_text,
                                       std::string_view new_text);

/// Replaces the lines [first, last], 1-based and inclusive, with `new_text`; last == first - 1
/// inserts before `first`; an empty `new_text` removes them.
/// Errors: invalid for lines that do not exist, naming how many there are; else as edit_text.
[[nodiscard]] Result<Edited> edit_lines(std::string_view bytes, std::size_t first, std::size_t last,
                                        std::string_view new_text);

/// For people: "" for exact, else "line endings differ" and the like.
[[nodiscard]] std::string_view to_string(Match match);

}  // namespace plim::workspace
