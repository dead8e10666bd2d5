#pragma once

#include <cstddef>
#include <cstdint>

#include "base/units.hpp"
#include "plan/cache.hpp"
#include "plan/shape.hpp"

namespace plim::plan {

/// The device's scratch memory for one step, estimated on the safe side.
///
/// Per token of a step: the widest block's activations, as f32, and one row of each attention
/// mask, as f16. Held against the engine's own figures for eight models it is never below them
/// and at most 30 % + 24 MiB above.
/// With several devices the engine keeps four copies of what one step hands to the next.
/// Source: GGML_SCHED_MAX_COPIES.
[[nodiscard]] Bytes compute_bytes(const Shape& shape, const CacheLayout& layout,
                                  std::size_t devices = 1);

/// What the host needs beside the device: the masks and token rows it prepares, and the logits.
[[nodiscard]] Bytes host_compute_bytes(const Shape& shape, const CacheLayout& layout);

/// Scratch that CUDA and ROCm need to unpack a quantized cache; 0 for an unquantized one.
/// Source: at most 2.02 bytes per token and embedding element measured on CUDA.
[[nodiscard]] Bytes unpack_bytes(const Shape& shape, const CacheLayout& layout);

}  // namespace plim::plan
