#pragma once

#include <optional>
#include <string_view>

#include "base/units.hpp"

namespace plim::app {

/// "24GiB", "24GB", "24g", "512MiB" or plain bytes, as people write memory: all units binary, since
/// a card of "24 GB" has 24 GiB. Nothing for anything else, zero and what overflows included.
[[nodiscard]] std::optional<Bytes> parse_size(std::string_view text);

}  // namespace plim::app
