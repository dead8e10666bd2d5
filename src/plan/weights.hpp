#pragma once

#include "base/units.hpp"
#include "gguf/gguf.hpp"

namespace plim::plan {

/// Where the engine puts the tensors.
struct WeightBytes {
  Bytes device;
  Bytes host;
  friend bool operator==(const WeightBytes&, const WeightBytes&) = default;
};

/// With all layers on a GPU: what only looks up rows stays on the host, and a token table that is
/// also the output layer exists twice.
[[nodiscard]] WeightBytes weights_on_gpu(const gguf::Header& model);

/// With everything on the CPU; `device` is 0.
[[nodiscard]] WeightBytes weights_on_cpu(const gguf::Header& model);

}  // namespace plim::plan
