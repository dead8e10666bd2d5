#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "engine/discovery.hpp"
#include "engine/json_read.hpp"

namespace plim::engine {
namespace {

using Json = nlohmann::json;

std::optional<Tokens> size_at(const Json& object, const char* key) {
  const auto size = count_at(object, key);
  return size > 0 ? std::optional(Tokens{size}) : std::nullopt;
}

ListedModel read_model(const Json& entry) {
  ListedModel model{text_at(entry, "id"), size_at(at(entry, "meta"), "n_ctx"), "meta.n_ctx"};
  for (const char* key :
       {"max_model_len", "context_length", "context_window", "max_context_length"}) {
    if (model.context) return model;
    model.context = size_at(entry, key);
    model.context_key = key;
  }
  if (!model.context) model.context_key.clear();
  return model;
}

// The member `key` of the entry in `list` that `name_key` calls `model`.
std::optional<Tokens> find_size(const Json& list, const char* name_key, std::string_view model,
                                const char* key) {
  if (!list.is_array()) return {};
  for (const auto& entry : list)
    if (text_at(entry, name_key) == model) return size_at(entry, key);
  return {};
}

}  // namespace

std::optional<Props> parse_props(std::string_view body) {
  const Json props = Json::parse(body, nullptr, false);
  const auto context = size_at(at(props, "default_generation_settings"), "n_ctx");
  if (!context) return {};
  return Props{*context, text_at(props, "model_alias"), text_at(props, "build_info"),
               text_at(props, "chat_template")};
}

Result<std::vector<ListedModel>> parse_models(std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  const Json& list = parsed.is_array() ? parsed : at(parsed, "data");
  if (!list.is_array()) return fail(Errc::protocol, "/models holds no list");
  std::vector<ListedModel> models;
  for (const auto& entry : list)
    if (!text_at(entry, "id").empty()) models.push_back(read_model(entry));
  return models;
}

std::optional<Tokens> parse_lm_studio(std::string_view body, std::string_view model) {
  const Json parsed = Json::parse(body, nullptr, false);
  return find_size(at(parsed, "data"), "id", model, "loaded_context_length");
}

std::optional<Tokens> parse_ollama_ps(std::string_view body, std::string_view model) {
  const Json parsed = Json::parse(body, nullptr, false);
  return find_size(at(parsed, "models"), "name", model, "context_length");
}

std::string tokenize_request(std::string_view text) {
  return Json{{"content", text}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Tokens> parse_token_count(std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  const Json& tokens = at(parsed, "tokens");
  if (!tokens.is_array()) return {};
  return Tokens{static_cast<std::int64_t>(tokens.size())};
}

std::string ollama_show_request(std::string_view model) {
  Json request;
  request["model"] = model;
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Tokens> parse_ollama_show(std::string_view body) {
  const Json parsed = Json::parse(body, nullptr, false);
  const std::string parameters = text_at(parsed, "parameters");  // lines of "name      value"
  constexpr std::string_view label = "num_ctx";
  const auto found = parameters.find(label);
  if (found == std::string::npos) return {};
  const auto start = parameters.find_first_not_of(' ', found + label.size());
  std::int64_t number = 0;
  if (start != std::string::npos)
    std::from_chars(parameters.data() + start, parameters.data() + parameters.size(), number);
  if (number <= 0) return {};
  return Tokens{number};
}

}  // namespace plim::engine
