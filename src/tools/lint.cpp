#include "tools/lint.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <format>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/lint_pattern.hpp"

namespace plim::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_name_bytes = 64;
constexpr std::size_t most_schema_bytes = 8192;
constexpr int most_depth = 8;

bool is_name(std::string_view name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.size() <= most_name_bytes &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

// Text that a template or a dialect's parser takes for its own marks.
bool holds_marks(std::string_view text) {
  constexpr auto marks = std::to_array<std::string_view>(
      {"<|", "|>", "<tool_call", "</tool_call", "[TOOL_CALLS]", "<think", "{{", "{%"});
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
  return control ||
         std::ranges::any_of(marks, [text](std::string_view mark) { return text.contains(mark); });
}

// What grammars leave out without a word.
constexpr auto ignored = std::to_array<const char*>(
    {"not", "if", "patternProperties", "propertyNames", "minProperties", "maxProperties",
     "dependentRequired", "dependentSchemas", "uniqueItems", "contains", "multipleOf",
     "unevaluatedProperties", "$dynamicRef"});
constexpr auto types = std::to_array<std::string_view>(
    {"string", "integer", "number", "boolean", "object", "array", "null"});
constexpr auto formats = std::to_array<std::string_view>({"date", "time", "date-time", "uuid"});
constexpr std::int64_t most_repetitions = 2000;  // more do not parse as a grammar

bool is_one_of(std::span<const std::string_view> names, const Json& value) {
  return value.is_string() && std::ranges::contains(names, value.get<std::string>());
}

bool has_type(const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return true;
  if (!type->is_array()) return is_one_of(types, *type);
  return !type->empty() &&
         std::ranges::all_of(*type, [](const Json& each) { return is_one_of(types, each); });
}

class Linter {
 public:
  explicit Linter(const Json& root) : root_(root) {}
  std::vector<std::string> problems;

  void schema(const Json& schema, const std::string& where, int depth) {
    if (depth > most_depth) return problem("{} is nested too deeply", where);
    if (!schema.is_object()) return problem("{} is no schema object", where);
    for (const auto* key : ignored) {
      if (schema.contains(key)) problem("{} uses {}, which grammars do not know", where, key);
    }
    if (!has_type(schema)) problem("{} has an unknown type", where);
    const auto values = schema.find("enum");
    if (values != schema.end() && (!values->is_array() || values->empty()))
      problem("the enum of {} is no list of values", where);
    words(schema, where);
    bounds(schema, where);
    reference(schema, where);
    alternatives(schema, where, depth);
    items(schema, where, depth);
    properties(schema, where, depth);
  }

  template <class... Args>
  void problem(std::format_string<Args...> format, Args&&... args) {
    problems.push_back(std::format(format, std::forward<Args>(args)...));
  }

 private:
  void words(const Json& schema, const std::string& where) {
    const auto pattern = schema.find("pattern");
    if (pattern != schema.end() &&
        (!pattern->is_string() || !is_kept_pattern(pattern->get<std::string>()))) {
      problem("the pattern of {} is more than grammars know", where);
    }
    const auto format = schema.find("format");
    if (format != schema.end() && !is_one_of(formats, *format))
      problem("the format of {} is unknown to grammars", where);
    const auto description = schema.find("description");
    if (description != schema.end() &&
        (!description->is_string() || holds_marks(description->get<std::string>()))) {
      problem("the description of {} holds marks of chat templates", where);
    }
  }

  // Numbers that count, and ranges: an empty one leaves the model nothing to say, or makes
  // llama-server 0.7 take all memory.
  void bounds(const Json& schema, const std::string& where) {
    for (const auto& [least, most] :
         {std::pair("minLength", "maxLength"), std::pair("minItems", "maxItems")}) {
      const auto low = bound(schema, least, where);
      const auto high = bound(schema, most, where);
      if (low.value_or(0) < 0 || high.value_or(0) < 0 || low.value_or(0) > most_repetitions)
        problem("{} of {} is not of 0 to {}", least, where, most_repetitions);
      if (low && high && *low > *high) problem("{} of {} is over its {}", least, where, most);
    }
    const auto low = bound(schema, "minimum", where);
    const auto high = bound(schema, "maximum", where);
    if (low && high && *low > *high) problem("the range of {} is empty", where);
    const auto type = schema.find("type");
    const bool real = type != schema.end() && *type == "number";
    if (real && (low || high)) problem("the range of {} is of no integer: it is ignored", where);
  }

  std::optional<std::int64_t> bound(const Json& schema, const char* key, const std::string& where) {
    const auto found = schema.find(key);
    if (found == schema.end()) return {};
    if (!found->is_number()) problem("{} of {} is no number", key, where);
    const bool small = found->is_number() && std::abs(found->get<double>()) < 9e15;
    if (found->is_number() && !small) problem("{} of {} is too large for grammars", key, where);
    return small ? std::optional(found->get<std::int64_t>()) : std::nullopt;
  }

  void reference(const Json& schema, const std::string& where) {
    for (const auto* key : {"$defs", "definitions"}) {
      const auto defined = schema.find(key);
      if (defined == schema.end() || !defined->is_object()) continue;
      for (const auto& [name, part] : defined->items())
        this->schema(part, std::format("{}#{}", where, name), 1);
    }
    const auto found = schema.find("$ref");
    if (found == schema.end()) return;
    const auto to = found->is_string() ? found->get<std::string>() : std::string();
    if (!to.starts_with("#/") || to.contains('~') ||
        !root_.contains(Json::json_pointer(to.substr(1))))
      return problem("{} refers to {}, which is not in the schema", where, to);
    const auto beside = schema.size() - 1;
    if (beside > schema.count("description") + schema.count("title"))
      problem("{} says more beside its reference, which is ignored", where);
  }

  void alternatives(const Json& schema, const std::string& where, int depth) {
    for (const std::string key : {"anyOf", "oneOf", "allOf"}) {
      const auto found = schema.find(key);
      if (found == schema.end()) continue;
      if (!found->is_array() || found->empty()) {
        problem("the {} of {} is no list of schemas", key, where);
        continue;
      }
      if (key != "allOf" && schema.contains("properties"))
        problem("{} has {} beside its properties, which are ignored then", where, key);
      for (const auto& part : *found) {
        this->schema(part, where + "|", depth + 1);
        if (key == "allOf" && !part.contains("properties") && !part.contains("enum"))
          problem("the allOf of {} joins something else than objects", where);
      }
    }
  }

  void items(const Json& schema, const std::string& where, int depth) {
    const auto items = schema.find("items");
    const auto tuple = schema.find("prefixItems");
    if (items != schema.end() && tuple != schema.end())
      problem("{} has items beside its prefixItems, which are ignored then", where);
    for (const auto& each : {items, tuple}) {
      if (each == schema.end()) continue;
      if (!each->is_array()) this->schema(*each, where + "[]", depth + 1);
      for (const auto& part : each->is_array() ? *each : Json::array())
        this->schema(part, where + "[]", depth + 1);
    }
  }

  void properties(const Json& schema, const std::string& where, int depth) {
    const auto others = schema.find("additionalProperties");
    if (others != schema.end() && !others->is_boolean())
      this->schema(*others, where + ".*", depth + 1);
    const auto required = schema.find("required");
    const auto found = schema.find("properties");
    if (found != schema.end() && !found->is_object())
      return problem("the properties of {} are no object", where);
    if (found != schema.end()) {
      for (const auto& [name, property] : found->items()) {
        if (!is_name(name)) problem("{} has a parameter with an odd name", where);
        this->schema(property, std::format("{}.{}", where, name), depth + 1);
      }
    }
    if (required == schema.end() || !required->is_array()) return;
    for (const auto& name : *required) {
      if (found == schema.end() || !name.is_string() || !found->contains(name.get<std::string>()))
        problem("{} requires a parameter that it does not have", where);
    }
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> lint(const chat::ToolSpec& tool) {
  const auto schema = Json::parse(tool.parameters, nullptr, false);
  Linter linter(schema);
  if (!is_name(tool.name)) linter.problem("its name is not of letters, digits, _ and -");
  if (holds_marks(tool.description)) linter.problem("its description holds marks of templates");
  if (tool.parameters.size() > most_schema_bytes) {
    linter.problem("its schema has {} bytes, over {}", tool.parameters.size(), most_schema_bytes);
  }
  if (!schema.is_object() || schema.value("type", "") != "object") {
    linter.problem("its schema is not one of an object");
    return std::move(linter.problems);
  }
  linter.schema(schema, tool.name, 0);
  return std::move(linter.problems);
}

}  // namespace plim::tools
