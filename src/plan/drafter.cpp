#include "plan/drafter.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace plim::plan {
namespace {

// The first tokens may differ: some families number their control tokens otherwise.
constexpr std::size_t first_compared = 5;
constexpr std::uint64_t tolerated_difference = 128;

struct Vocabulary {
  std::string kind;
  std::uint64_t size = 0;
  std::vector<std::string> tokens;
};

Vocabulary vocabulary_of(const gguf::Header& model) {
  Vocabulary found{.kind = model.get<std::string>("tokenizer.ggml.model").value_or("none")};
  if (auto tokens = model.get<gguf::Array>("tokenizer.ggml.tokens")) {
    found.size = tokens->count;
    found.tokens = std::move(tokens->strings);
  }
  return found;
}

Error mismatch(const gguf::Header& drafter, const gguf::Header& model, const std::string& why) {
  return {Errc::invalid,
          std::format("{} cannot guess for {}: {}", drafter.name(), model.name(), why)};
}

/// Whether both begin or end a text with the same token, or neither does.
bool same_edge(const gguf::Header& a, const gguf::Header& b, std::string_view edge) {
  const auto added = [&](const gguf::Header& model) {
    return model.get<bool>(std::format("tokenizer.ggml.add_{}_token", edge)).value_or(false);
  };
  const auto token = [&](const gguf::Header& model) {
    return model.get<std::uint64_t>(std::format("tokenizer.ggml.{}_token_id", edge));
  };
  return added(a) == added(b) && (!added(a) || token(a) == token(b));
}

}  // namespace

std::string_view to_string(DraftBy by) {
  return by == DraftBy::text ? "text" : by == DraftBy::layers ? "layers" : "model";
}

Result<void> same_vocabulary(const gguf::Header& model, const gguf::Header& drafter) {
  const auto wanted = vocabulary_of(model);
  const auto own = vocabulary_of(drafter);
  const auto differ = [&](const std::string& why) {
    return std::unexpected(mismatch(drafter, model, why));
  };
  if (own.kind != wanted.kind) {
    return differ(std::format("its tokenizer is {}, not {}", own.kind, wanted.kind));
  }
  const auto [fewer, more] = std::minmax(own.size, wanted.size);
  if (more - fewer > tolerated_difference) {
    return differ(std::format("it has {} tokens, not {}", own.size, wanted.size));
  }
  for (const auto* edge : {"bos", "eos"}) {
    if (!same_edge(model, drafter, edge))
      return differ(std::format("another {} token goes around its text", edge));
  }
  const auto both = std::min(own.tokens.size(), wanted.tokens.size());
  for (auto i = first_compared; i < both; ++i) {
    if (own.tokens[i] != wanted.tokens[i]) return differ(std::format("token {} is another", i));
  }
  return {};
}

Result<std::optional<Drafter>> drafter_of(const gguf::Header& model, const Weights& weights,
                                          const Wishes& wishes) {
  if (wishes.draft_ahead == 0) return std::nullopt;
  if (!wishes.drafter) {
    auto shape = TRY(further_layers_of(model));
    if (shape.layers.empty()) return std::nullopt;
    return Drafter{DraftBy::layers, std::move(shape), weights.further, {}, weights.further};
  }
  auto shape = TRY(shape_of(*wishes.drafter));
  const auto own = weights_of(*wishes.drafter, shape.layers.size());
  return Drafter{DraftBy::model, std::move(shape), own.on_gpu(), own.lookups, own.on_cpu()};
}

CacheLayout beside(const Drafter& drafter, CacheLayout layout) {
  layout.draft = 0;
  layout.draft_by = DraftBy::text;
  const auto& shape = drafter.shape;
  const bool can = can_hold(layout.k, shape.head_k) && can_hold(layout.v, shape.head_v) &&
                   (!shape.latent || layout.k == layout.v);
  if (!can) layout.k = layout.v = KvType::f16;
  return layout;
}

}  // namespace plim::plan
