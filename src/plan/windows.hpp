#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gguf/gguf.hpp"

namespace plim::plan {

/// Tokens a sliding-window layer looks back; 0 for a model without such layers.
[[nodiscard]] std::uint64_t window_of(const gguf::Header& model);

/// Which of the first `layers` layers look back only through the sliding window. All false for a
/// model without one, and for one whose pattern is not known (see knows_windows).
/// Source: llama.cpp 0.7, set_swa_pattern of each architecture.
[[nodiscard]] std::vector<bool> window_layers(const gguf::Header& model, std::size_t layers);

/// Whether window_layers can be exact for this model.
[[nodiscard]] bool knows_windows(const gguf::Header& model);

/// How many of the last layers have no cache of their own.
[[nodiscard]] std::uint64_t shared_layers(const gguf::Header& model);

}  // namespace plim::plan
