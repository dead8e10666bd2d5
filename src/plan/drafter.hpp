#pragma once

#include <optional>

#include "base/error.hpp"
#include "gguf/gguf.hpp"
#include "plan/cache.hpp"
#include "plan/plan.hpp"
#include "plan/shape.hpp"
#include "plan/weights.hpp"

namespace plim::plan {

/// What guesses tokens with weights and a cache of its own, as long as the model's.
struct Drafter {
  DraftBy by = DraftBy::model;
  Shape shape;
  Bytes on_gpu;   ///< Weights beside the model's on a GPU…
  Bytes on_host;  ///< …and those that are looked up in RAM then.
  Bytes on_cpu;   ///< Weights without a GPU.
};

/// The one that `wishes` ask for: a smaller model, else the model's own further layers; nothing
/// where none is wished for or there is none. Errors: as shape_of.
[[nodiscard]] Result<std::optional<Drafter>> drafter_of(const gguf::Header& model,
                                                        const Weights& weights,
                                                        const Wishes& wishes);

/// How the engine lays out its cache beside one of `layout`: as long, one token at a time, of the
/// same types where its heads allow them.
[[nodiscard]] CacheLayout beside(const Drafter& drafter, CacheLayout layout);

}  // namespace plim::plan
