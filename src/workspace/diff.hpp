#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plim::workspace {

struct Diff {
  std::string text;  ///< Unified, three lines of context; empty when nothing differs.
  int added = 0;     ///< Lines, also those beyond the cut.
  int removed = 0;
  bool cut = false;  ///< `text` stopped at the limit, at a whole line.

  friend bool operator==(const Diff&, const Diff&) = default;
};

/// The difference of two versions of `path`; nullopt is a file that is not there. Minimal for
/// up to about a thousand changed lines, beyond that correct but coarse. Binary versions give
/// one line saying so.
/// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
[[nodiscard]] Diff unified_diff(std::string_view path, std::optional<std::string_view> before,
                                std::optional<std::string_view> after,
                                std::size_t max_bytes = 64U << 10U);

}  // namespace plim::workspace
