#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"

namespace plim::engine {

// What servers say about the model they serve. Pure readers of their answers.

/// llama-server's GET /props. Source: llama.cpp tools/server/README.md.
struct Props {
  Tokens context;  ///< Of one slot.
  std::string model;
  std::string build;
  std::string chat_template;  ///< Jinja, as the model file holds it.
  friend bool operator==(const Props&, const Props&) = default;
};

/// Nothing when `body` is not llama-server's, or no model is loaded.
[[nodiscard]] std::optional<Props> parse_props(std::string_view body);

struct ListedModel {
  std::string id;
  std::optional<Tokens> context;  ///< As served; what it was trained for is not asked.
  std::string context_key;        ///< The member that said so.
  friend bool operator==(const ListedModel&, const ListedModel&) = default;
};

/// GET /v1/models. Reads meta.n_ctx (llama-server), max_model_len (vLLM, SGLang), context_length
/// (OpenRouter, Together), context_window (Groq), max_context_length (Mistral).
/// Errors: protocol.
[[nodiscard]] Result<std::vector<ListedModel>> parse_models(std::string_view body);

/// LM Studio's GET /api/v0/models: loaded_context_length of `model`.
[[nodiscard]] std::optional<Tokens> parse_lm_studio(std::string_view body, std::string_view model);

/// Ollama's GET /api/ps: context_length of `model` while it is loaded.
[[nodiscard]] std::optional<Tokens> parse_ollama_ps(std::string_view body, std::string_view model);

/// The body that asks llama-server's POST /tokenize about `text`, and the number in its answer.
[[nodiscard]] std::string tokenize_request(std::string_view text);
[[nodiscard]] std::optional<Tokens> parse_token_count(std::string_view body);

/// The body that asks Ollama's POST /api/show for `model`.
[[nodiscard]] std::string ollama_show_request(std::string_view model);

/// Its answer: the num_ctx that the model's own file sets.
[[nodiscard]] std::optional<Tokens> parse_ollama_show(std::string_view body);

}  // namespace plim::engine
