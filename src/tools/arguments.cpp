#include "tools/arguments.hpp"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

namespace plim::tools {
namespace {

using Json = nlohmann::ordered_json;
using Value = std::variant<std::string, std::int64_t>;

std::string signature(const ToolWords& words) {
  std::string out = words.name + "(";
  for (const auto& parameter : words.parameters) {
    if (!out.ends_with('(')) out += ", ";
    out += parameter.name + (parameter.required ? "" : "?");
  }
  return out + ")";
}

std::optional<Value> to_text(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number() || json.is_boolean()) return json.dump();
  return std::nullopt;
}

std::optional<Value> to_integer(const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) {
    const auto number = json.get<double>();
    if (number >= -1e15 && number <= 1e15) return static_cast<std::int64_t>(number);
  }
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ToolWords make_words(std::string name, std::string_view markdown,
                     std::vector<Parameter> parameters) {
  const auto gap = markdown.find("\n\n");
  const std::string_view lines = gap == std::string_view::npos ? "" : markdown.substr(gap + 2);
  for (auto& parameter : parameters) {
    const auto at = lines.find(parameter.name + ": ");
    if (at == std::string_view::npos) continue;
    const auto text = lines.substr(at + parameter.name.size() + 2);
    parameter.description = std::string(text.substr(0, text.find('\n')));
  }
  return {std::move(name), std::string(markdown.substr(0, gap)), std::move(parameters)};
}

chat::ToolSpec to_spec(const ToolWords& words) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& parameter : words.parameters) {
    properties[parameter.name] = {
        {"type", parameter.type == ParameterType::text ? "string" : "integer"},
        {"description", parameter.description}};
    if (parameter.required) required.push_back(parameter.name);
  }
  const Json schema = {{"type", "object"}, {"properties", properties}, {"required", required}};
  return {words.name, words.description, schema.dump()};
}

Result<Arguments> Arguments::parse(std::string_view json, const ToolWords& words) {
  auto object = Json::parse(json.empty() ? "{}" : json, nullptr, false);
  // Some models send the object as a JSON string.
  if (object.is_string()) object = Json::parse(object.get<std::string>(), nullptr, false);
  if (!object.is_object()) {
    return fail(Errc::invalid, "the arguments are not a JSON object; call {}", signature(words));
  }
  Arguments arguments;
  for (const auto& parameter : words.parameters) {
    const auto found = object.find(parameter.name);
    if (found == object.end() || found->is_null()) {
      if (!parameter.required) continue;
      return fail(Errc::invalid, "{} is missing; call {}", parameter.name, signature(words));
    }
    auto value = parameter.type == ParameterType::text ? to_text(*found) : to_integer(*found);
    if (!value) {
      return fail(Errc::invalid, "{} must be {}; call {}", parameter.name,
                  parameter.type == ParameterType::text ? "text" : "a whole number",
                  signature(words));
    }
    arguments.values_.emplace(parameter.name, std::move(*value));
  }
  return arguments;
}

const std::string& Arguments::text(const std::string& name) const {
  static const std::string none;
  const auto found = values_.find(name);
  const auto* text = found == values_.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? none : *text;
}

std::optional<std::int64_t> Arguments::integer(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&found->second);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

}  // namespace plim::tools
