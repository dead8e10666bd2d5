#include "tools/lint.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>

#include <nlohmann/json.hpp>

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

class Linter {
 public:
  std::vector<std::string> problems;

  void schema(const Json& schema, const std::string& where, int depth) {
    if (depth > most_depth) return problem("{} is nested too deeply", where);
    if (!schema.is_object()) return problem("{} is no schema object", where);
    for (const auto* key : {"$ref", "not", "if", "patternProperties", "dependentSchemas"}) {
      if (schema.contains(key)) problem("{} uses {}, which grammars do not know", where, key);
    }
    const auto pattern = schema.find("pattern");
    if (pattern != schema.end() && pattern->is_string()) {
      const auto text = pattern->get<std::string>();
      if (!text.starts_with('^') || !text.ends_with('$'))
        problem("the pattern of {} must begin with ^ and end with $", where);
    }
    const auto description = schema.find("description");
    if (description != schema.end() && description->is_string() &&
        holds_marks(description->get<std::string>())) {
      problem("the description of {} holds marks of chat templates", where);
    }
    properties(schema, where, depth);
  }

  template <class... Args>
  void problem(std::format_string<Args...> format, Args&&... args) {
    problems.push_back(std::format(format, std::forward<Args>(args)...));
  }

 private:
  void properties(const Json& schema, const std::string& where, int depth) {
    if (const auto items = schema.find("items"); items != schema.end() && items->is_object()) {
      this->schema(*items, where + "[]", depth + 1);
    }
    const auto found = schema.find("properties");
    if (found == schema.end()) return;
    if (!found->is_object()) return problem("the properties of {} are no object", where);
    for (const auto& [name, property] : found->items()) {
      if (!is_name(name)) problem("{} has a parameter with an odd name", where);
      this->schema(property, where + "." + name, depth + 1);
    }
    const auto required = schema.find("required");
    if (required == schema.end() || !required->is_array()) return;
    for (const auto& name : *required) {
      if (!name.is_string() || !found->contains(name.get<std::string>()))
        problem("{} requires a parameter that it does not have", where);
    }
  }
};

}  // namespace

std::vector<std::string> lint(const chat::ToolSpec& tool) {
  Linter linter;
  if (!is_name(tool.name)) linter.problem("its name is not of letters, digits, _ and -");
  if (holds_marks(tool.description)) linter.problem("its description holds marks of templates");
  if (tool.parameters.size() > most_schema_bytes) {
    linter.problem("its schema has {} bytes, over {}", tool.parameters.size(), most_schema_bytes);
  }
  const auto schema = Json::parse(tool.parameters, nullptr, false);
  if (!schema.is_object() || schema.value("type", "") != "object") {
    linter.problem("its schema is not one of an object");
    return std::move(linter.problems);
  }
  linter.schema(schema, tool.name, 0);
  return std::move(linter.problems);
}

}  // namespace plim::tools
