#pragma once

#include <cstddef>
#include <vector>

#include "base/units.hpp"

namespace plim::plan {

/// Deals `layers`, in order, to devices of which each has `room`: how many each gets, so that the
/// fullest is as empty as can be. When they do not fit at all, as evenly as the room is.
[[nodiscard]] std::vector<std::size_t> split_layers(const std::vector<Bytes>& layers,
                                                    const std::vector<Bytes>& room);

}  // namespace plim::plan
