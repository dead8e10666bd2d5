#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "gguf/gguf.hpp"
#include "plan/plan.hpp"

namespace plim::app {

/// Asks `wishes` for the guessing of tokens that engine.speculation and engine.draft want for
/// `model`: from text, and by a smaller model or the model's own further layers.
///
/// A smaller model of another vocabulary is left out, and `notes` says why.
/// Errors: as gguf::read_model of the smaller one.
[[nodiscard]] Result<void> wish_guesses(const Config& config, const gguf::Header& model,
                                        plan::Wishes& wishes, std::vector<std::string>& notes);

}  // namespace plim::app
