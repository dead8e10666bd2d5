#include "plan/cache.hpp"

#include <algorithm>

namespace plim::plan {
namespace {

/// A model that guesses for itself keeps a state for each token it may have to take back.
std::uint64_t states(const CacheLayout& layout) {
  return layout.slots * (layout.draft_by == DraftBy::layers ? 1 + layout.draft : 1);
}

std::uint64_t streams(const CacheLayout& layout) { return layout.unified ? 1 : layout.slots; }

/// Cells of one stream that remembers everything.
std::uint64_t full_cells(const CacheLayout& layout) {
  return pad_cells(static_cast<std::uint64_t>(layout.context.value) / streams(layout));
}

}  // namespace

std::uint64_t window_cells(std::uint64_t window, const CacheLayout& layout) {
  const auto sequences = layout.unified ? layout.slots : 1;
  return std::min(full_cells(layout), pad_cells(window * sequences + layout.ubatch));
}

CacheBytes layer_cache(const Shape& shape, const CacheLayout& layout, std::size_t layer) {
  const auto& one = shape.layers[layer];
  const bool windowed = one.window > 0 && !layout.full_windows;
  const auto cells = windowed ? window_cells(one.window, layout) : full_cells(layout);
  const auto row = row_bytes(layout.k, one.k_elements) + row_bytes(layout.v, one.v_elements);
  const auto bytes = row * cells * streams(layout);
  return {.kv = bytes,
          .windowed = windowed ? bytes : Bytes{},
          .recurrent = Bytes{one.state_elements * sizeof(float) * states(layout)}};
}

CacheBytes cache_bytes(const Shape& shape, const CacheLayout& layout) {
  CacheBytes sum;
  for (std::size_t layer = 0; layer < shape.layers.size(); ++layer) {
    const auto one = layer_cache(shape, layout, layer);
    sum.kv += one.kv;
    sum.windowed += one.windowed;
    sum.recurrent += one.recurrent;
  }
  return sum;
}

}  // namespace plim::plan
