#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "gguf/gguf.hpp"

namespace plim::plan {

/// What one layer remembers of the past.
struct Layer {
  std::uint64_t k_elements = 0;      ///< Per token, all heads; 0: no attention cache.
  std::uint64_t v_elements = 0;      ///< 0 as well where V is a view of K (latent attention).
  std::uint64_t window = 0;          ///< Tokens it looks back; 0: all.
  std::uint64_t state_elements = 0;  ///< f32, per sequence, whatever the context.

  friend bool operator==(const Layer&, const Layer&) = default;
};

/// A model's dimensions, as far as memory depends on them.
struct Shape {
  std::string architecture;
  Tokens trained_context;  ///< 0 when the file does not say.
  std::uint64_t embedding = 0;
  std::uint64_t feed_forward = 0;         ///< Widest dense layer; 0 without one.
  std::uint64_t expert_feed_forward = 0;  ///< Of one expert.
  std::uint64_t experts_used = 0;         ///< 0: not a mixture of experts.
  std::uint64_t state_inner = 0;          ///< Width of a state-space layer's projections.
  std::uint64_t vocabulary = 0;
  std::uint64_t heads = 0;
  std::uint64_t head_k = 0;  ///< Elements of one head; quantized caches need whole blocks of it.
  std::uint64_t head_v = 0;
  std::vector<Layer> layers;
  bool latent = false;                ///< Multi-head latent attention: K and V share a type.
  std::vector<std::string> unknowns;  ///< What no formula here covers, one sentence each.

  friend bool operator==(const Shape&, const Shape&) = default;
};

/// Derives the shape from the header's keys.
///
/// Where the file holds something no formula covers, the larger reading is taken and named in
/// `unknowns`.
/// Errors: protocol, naming the missing or absurd key.
/// Source: llama.cpp 0.7, llama_hparams and the per-architecture load_hparams.
[[nodiscard]] Result<Shape> shape_of(const gguf::Header& model);

/// As shape_of, with only those layers that predict further tokens; without layers when the file
/// has none that llama.cpp 0.7 is known to guess with.
[[nodiscard]] Result<Shape> further_layers_of(const gguf::Header& model);

}  // namespace plim::plan
