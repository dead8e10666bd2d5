#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workspace/edit.hpp"

// Inside workspace only: where an edit's old text stands, one rung of the ladder at a time.
namespace plim::workspace {

/// Bytes [begin, end) of a file.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

struct Replacement {
  Span span;
  std::string text;

  friend bool operator==(const Replacement&, const Replacement&) = default;
};

/// All places where `old_text` stands under this rung's reading, also overlapping ones.
[[nodiscard]] std::vector<Span> find_places(std::string_view bytes, std::string_view old_text,
                                            Match match);

/// What to write at the one `place` that find_places found. Only what differs between the old
/// and the new text is replaced, so that what the loose reading overlooked stays as it is.
/// Nothing when the new text cannot be shifted to the place's indentation.
[[nodiscard]] std::optional<Replacement> replacement_at(std::string_view bytes, Span place,
                                                        std::string_view old_text,
                                                        std::string_view new_text, Match match);

}  // namespace plim::workspace
