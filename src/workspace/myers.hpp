#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Inside workspace only: which runs of two sequences differ.
namespace plim::workspace {

/// Elements [first, last).
struct Range {
  std::size_t first = 0;
  std::size_t last = 0;

  friend bool operator==(const Range&, const Range&) = default;
};

/// A run of `before` that became a run of `after`; either may be empty.
struct Block {
  Range before;
  Range after;

  friend bool operator==(const Block&, const Block&) = default;
};

/// The blocks that differ, in order; what lies between is equal. The shortest edit script for
/// up to 1,000 insertions and deletions; one block for all of the middle beyond that, so that
/// time and memory stay bounded (a few MiB).
/// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, figure 2.
[[nodiscard]] std::vector<Block> changed_blocks(std::span<const int> before,
                                                std::span<const int> after);

}  // namespace plim::workspace
