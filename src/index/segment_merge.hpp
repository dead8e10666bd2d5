#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "index/segment.hpp"

namespace plim::index {

struct MergePart {
  const Segment* segment = nullptr;
  std::vector<bool> dead;  ///< By document: left out. Empty when none is.
};

/// One segment with the documents of all parts, in order.
[[nodiscard]] std::string merge_segments(std::span<const MergePart> parts, std::uint64_t base);

}  // namespace plim::index
