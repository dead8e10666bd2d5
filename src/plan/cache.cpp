#include "plan/cache.hpp"

#include <algorithm>

namespace plim::plan {
namespace {

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

CacheBytes cache_bytes(const Shape& shape, const CacheLayout& layout) {
  CacheBytes sum;
  for (const auto& layer : shape.layers) {
    const bool windowed = layer.window > 0 && !layout.full_windows;
    const auto cells = windowed ? window_cells(layer.window, layout) : full_cells(layout);
    const auto row = row_bytes(layout.k, layer.k_elements) + row_bytes(layout.v, layer.v_elements);
    const auto bytes = row * cells * streams(layout);
    sum.kv += bytes;
    if (windowed) sum.windowed += bytes;
    sum.recurrent += Bytes{layer.state_elements * sizeof(float) * layout.slots};
  }
  return sum;
}

}  // namespace plim::plan
