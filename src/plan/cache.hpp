#pragma once

#include <cstddef>
#include <cstdint>

#include "base/units.hpp"
#include "plan/plan.hpp"
#include "plan/shape.hpp"

namespace plim::plan {

/// How the engine lays out its caches.
struct CacheLayout {
  Tokens context{4096};  ///< All slots together, as --ctx-size.
  std::uint64_t slots = 1;
  bool unified = false;  ///< One pool for all slots (--kv-unified) instead of one each.
  std::uint64_t ubatch = 512;
  KvType k = KvType::f16;
  KvType v = KvType::f16;
  bool full_windows = false;  ///< --swa-full.
  std::uint64_t draft = 0;    ///< Tokens checked beside the next one in a step.
  DraftBy draft_by = DraftBy::text;
};

struct CacheBytes {
  Bytes kv;         ///< Attention layers.
  Bytes windowed;   ///< The part of `kv` in sliding-window layers: each checkpoint copies it.
  Bytes recurrent;  ///< State-space and short-convolution layers.

  /// What one context checkpoint (--ctx-checkpoints) of one slot takes in host RAM.
  [[nodiscard]] Bytes checkpoint(std::uint64_t slots) const {
    return {(windowed + recurrent).value / slots};
  }
  friend bool operator==(const CacheBytes&, const CacheBytes&) = default;
};

/// Exactly what the engine allocates for `layout`.
/// Source: llama.cpp 0.7, llama_kv_cache, llama_kv_cache_iswa, llama_memory_recurrent.
[[nodiscard]] CacheBytes cache_bytes(const Shape& shape, const CacheLayout& layout);

/// The part of it that layer number `layer` has.
[[nodiscard]] CacheBytes layer_cache(const Shape& shape, const CacheLayout& layout,
                                     std::size_t layer);

/// Cells a sliding window of `window` tokens gets in each stream.
[[nodiscard]] std::uint64_t window_cells(std::uint64_t window, const CacheLayout& layout);

/// `count` rounded up to the engine's cell granularity, 256.
[[nodiscard]] constexpr std::uint64_t pad_cells(std::uint64_t count) {
  return (count + 255) / 256 * 256;
}

/// What a context is a multiple of: of 256 in each slot that has a cache of its own.
[[nodiscard]] constexpr std::int64_t context_step(std::int64_t slots, bool unified) {
  return unified ? 256 : 256 * slots;
}

/// Bytes of `elements` consecutive elements; whole blocks only (see can_hold).
[[nodiscard]] Bytes row_bytes(KvType type, std::uint64_t elements);
/// Whether a row of `elements` is a whole number of the type's blocks.
[[nodiscard]] bool can_hold(KvType type, std::uint64_t elements);
/// Whether the type needs flash attention for V.
[[nodiscard]] bool is_quantized(KvType type);

}  // namespace plim::plan
