#include "plan/weights.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <string_view>

namespace plim::plan {
namespace {

constexpr std::array<std::string_view, 5> lookups{"token_embd.weight", "position_embd.weight",
                                                  "token_types.weight", "token_embd_norm.weight",
                                                  "per_layer_token_embd.weight"};

/// The token table when the model has no output layer of its own.
Bytes tied_output(const gguf::Header& model) {
  const auto* table = model.find_tensor("token_embd.weight");
  const bool tied = table != nullptr && model.find_tensor("output.weight") == nullptr;
  return tied ? table->bytes : Bytes{};
}

/// A row of blocks gets a sum, a scale or both for each block more.
/// Source: ggml 0.27, ggml_backend_amx_get_alloc_size; exact on a model of q8_0.
Bytes added_for_amx(const gguf::Tensor& tensor) {
  struct Kind {
    std::string_view type;
    std::uint64_t block;  ///< Elements.
    std::uint64_t added;  ///< Bytes.
  };
  constexpr std::array<Kind, 4> kinds{
      {{"q8_0", 32, 4}, {"q4_K", 256, 4}, {"q5_K", 256, 4}, {"iq4_xs", 256, 2}}};
  const auto* kind = std::ranges::find(kinds, tensor.type->name, &Kind::type);
  if (kind == kinds.end() || tensor.dims.size() != 2) return {};
  return Bytes{tensor.elements() / kind->block * kind->added};
}

}  // namespace

bool is_lookup(const gguf::Header& model, std::string_view name) {
  // LFM2 calls its output norm so, and that belongs to the output layer.
  if (name == "token_embd_norm.weight" && model.architecture().starts_with("lfm2")) return false;
  return std::ranges::contains(lookups, name);
}

std::int64_t layer_of(std::string_view name) {
  constexpr std::string_view prefix = "blk.";
  if (!name.starts_with(prefix)) return -1;
  std::int64_t layer = -1;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(), layer);
  return std::max<std::int64_t>(layer, -1);
}

bool is_experts(std::string_view name) {
  return name.contains("_exps.") || name.contains("_chexps.");
}

Bytes Weights::on_gpu() const {
  return std::accumulate(layers.begin(), layers.end(), output + tied);
}

Weights weights_of(const gguf::Header& model, std::size_t layers) {
  Weights sum{.layers = std::vector<Bytes>(layers),
              .experts = std::vector<Bytes>(layers),
              .tied = tied_output(model),
              .file = model.tensor_bytes()};
  for (const auto& tensor : model.tensors) {
    if (!is_lookup(model, tensor.name)) sum.repack += added_for_amx(tensor);
    const auto layer = layer_of(tensor.name);
    if (layer >= static_cast<std::int64_t>(layers)) {
      sum.further += tensor.bytes;
    } else if (layer >= 0) {
      const auto at = static_cast<std::size_t>(layer);
      sum.layers[at] += tensor.bytes;
      if (is_experts(tensor.name)) sum.experts[at] += tensor.bytes;
    } else {
      (is_lookup(model, tensor.name) ? sum.lookups : sum.output) += tensor.bytes;
    }
  }
  return sum;
}

}  // namespace plim::plan
