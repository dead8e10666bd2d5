#pragma once

#include <string>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "gguf/gguf.hpp"

namespace plim::app {

/// A model to plan for.
struct ModelSource {
  gguf::Header header;
  std::string note;  ///< What the user should know of its figures; "" for a file.
};

/// The model `name` stands for: a file, an http(s) URL, or a name in the catalogue, there in the
/// quantization `quant` (Q4_K_M when empty); "" is the configured model.
/// Errors: as gguf::read_model; not_found with the nearest names.
[[nodiscard]] Result<ModelSource> find_model(const std::string& name, const std::string& quant,
                                             const Context& context);

}  // namespace plim::app
