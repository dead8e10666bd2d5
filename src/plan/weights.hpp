#pragma once

#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "gguf/gguf.hpp"

namespace plim::plan {

/// A model's tensors by where the engine may put them.
struct Weights {
  std::vector<Bytes> layers;   ///< All of each repeating layer.
  std::vector<Bytes> experts;  ///< The part of it that --n-cpu-moe keeps on the host.
  Bytes output;                ///< Output layer and norm.
  Bytes further;               ///< Layers that only predict further; loaded if they guess.
  Bytes lookups;               ///< Tables that rows are looked up in; always on the host.
  Bytes tied;                  ///< The token table when it is the output layer too: on a GPU it
                               ///< exists twice.

  [[nodiscard]] Bytes on_gpu() const;  ///< With all layers on GPUs.
  [[nodiscard]] Bytes on_cpu() const { return file - further; }
  Bytes file;  ///< All tensors.
  /// What the layout for AMX adds at most, where the CPU has that and computes all. The other
  /// layouts of CPU_REPACK (AVX2, NEON, RVV) are as large as the file's: ggml's block_q4_Kx8 is
  /// eight block_q4_K, and so on.
  Bytes repack;
  friend bool operator==(const Weights&, const Weights&) = default;
};

/// Sorts the tensors of a model of `layers` layers.
[[nodiscard]] Weights weights_of(const gguf::Header& model, std::size_t layers);

/// Whether the tensor is a table that rows are looked up in.
/// Source: llama.cpp 0.7, tensors of LLM_TENSOR_LAYER_INPUT.
[[nodiscard]] bool is_lookup(const gguf::Header& model, std::string_view name);

/// The layer a tensor belongs to; -1 for those outside of all layers.
[[nodiscard]] std::int64_t layer_of(std::string_view name);

/// Whether it holds experts, of which a token uses a few.
[[nodiscard]] bool is_experts(std::string_view name);

}  // namespace plim::plan
