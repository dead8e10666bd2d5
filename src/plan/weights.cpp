#include "plan/weights.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace plim::plan {
namespace {

// Source: llama.cpp 0.7, tensors of LLM_TENSOR_LAYER_INPUT, which always live on the CPU.
constexpr std::array<std::string_view, 5> lookups{"token_embd.weight", "position_embd.weight",
                                                  "token_types.weight", "token_embd_norm.weight",
                                                  "per_layer_token_embd.weight"};

bool is_lookup(const gguf::Header& model, std::string_view name) {
  // LFM2 calls its output norm so, and that belongs to the output layer.
  if (name == "token_embd_norm.weight" && model.architecture().starts_with("lfm2")) return false;
  return std::ranges::contains(lookups, name);
}

/// The token table when the model has no output layer of its own.
Bytes tied_output(const gguf::Header& model) {
  const auto* table = model.find_tensor("token_embd.weight");
  const bool tied = table != nullptr && model.find_tensor("output.weight") == nullptr;
  return tied ? table->bytes : Bytes{};
}

}  // namespace

WeightBytes weights_on_gpu(const gguf::Header& model) {
  WeightBytes sum{.device = tied_output(model)};
  for (const auto& tensor : model.tensors) {
    (is_lookup(model, tensor.name) ? sum.host : sum.device) += tensor.bytes;
  }
  return sum;
}

WeightBytes weights_on_cpu(const gguf::Header& model) { return {.host = model.tensor_bytes()}; }

}  // namespace plim::plan
