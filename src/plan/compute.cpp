#include "plan/compute.hpp"

#include <algorithm>

namespace plim::plan {
namespace {

/// f32 elements alive at once per token in the widest block.
std::uint64_t activations(const Shape& shape) {
  const auto dense = 4 * shape.feed_forward + 2 * shape.embedding;
  const auto experts =
      2 * shape.experts_used * (shape.embedding + shape.expert_feed_forward) + 2 * shape.embedding;
  const auto state = 4 * shape.state_inner + 2 * shape.embedding;
  std::uint64_t keys = 0;
  for (const auto& layer : shape.layers) {
    keys = std::max(keys, layer.k_elements + layer.v_elements);
  }
  return std::max({dense, shape.experts_used > 0 ? experts : 0, state}) + keys;
}

/// One f16 mask row per token of the step, per kind of attention layer.
Bytes mask_bytes(const Shape& shape, const CacheLayout& layout) {
  std::uint64_t cells = 0;
  std::uint64_t window = 0;
  for (const auto& layer : shape.layers) {
    if (layer.k_elements == 0) continue;
    if (layer.window == 0) cells = pad_cells(static_cast<std::uint64_t>(layout.context.value));
    if (layer.window > 0) window = std::max(window, window_cells(layer.window, layout));
  }
  return Bytes{2 * layout.ubatch * (cells + window)};
}

/// A row for each token whose successor is wanted: one of each slot, and each guessed one.
Bytes logit_bytes(const Shape& shape, const CacheLayout& layout) {
  return Bytes{sizeof(float) * shape.vocabulary * layout.slots * (1 + layout.draft)};
}

}  // namespace

Bytes compute_bytes(const Shape& shape, const CacheLayout& layout, std::size_t devices) {
  const std::uint64_t copies = devices > 1 ? 4 : 1;
  const Bytes block{sizeof(float) * layout.ubatch * activations(shape)};
  const auto sum = block + mask_bytes(shape, layout) * copies + logit_bytes(shape, layout);
  return sum + Bytes{sum.value / 20} + 8_MiB;
}

Bytes host_compute_bytes(const Shape& shape, const CacheLayout& layout) {
  const Bytes rows{sizeof(float) * layout.ubatch * shape.embedding};
  return mask_bytes(shape, layout) + rows + logit_bytes(shape, layout) + 8_MiB;
}

Bytes unpack_bytes(const Shape& shape, const CacheLayout& layout) {
  if (!is_quantized(layout.k) && !is_quantized(layout.v)) return {};
  const auto context = static_cast<std::uint64_t>(layout.context.value);
  return Bytes{shape.embedding * context * 202 / 100};
}

}  // namespace plim::plan
