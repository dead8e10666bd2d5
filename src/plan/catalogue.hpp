#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "gguf/gguf.hpp"

namespace plim::plan {

/// The names of all models the catalogue describes.
[[nodiscard]] std::vector<std::string_view> known_models();

/// The header a GGUF file of a known model would have, as far as memory and speed depend on it, so
/// that a plan can be had before anything is downloaded. Its tensors are estimates.
///
/// `id` in any case; `quant` as files are named ("Q4_K_M", "UD-Q4_K_XL"), "" for the usual one.
/// Errors: not_found with the nearest names; invalid for a quantization that is none.
/// Source: src/plan/models.csv.
[[nodiscard]] Result<gguf::Header> known_model(std::string_view id, std::string_view quant = "");

}  // namespace plim::plan
