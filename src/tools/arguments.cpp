#include "tools/arguments.hpp"

#include <array>
#include <charconv>
#include <format>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/json_mend.hpp"

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

// What other agents call the parameters of ours.
constexpr auto other_names = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"path", "file_path"},    {"path", "filepath"},     {"path", "file"},
    {"path", "filename"},     {"path", "target_file"},  {"path", "relative_path"},
    {"command", "cmd"},       {"command", "script"},    {"pattern", "query"},
    {"pattern", "regex"},     {"old", "old_string"},    {"old", "old_str"},
    {"old", "old_text"},      {"old", "oldString"},     {"old", "oldText"},
    {"new", "new_string"},    {"new", "new_str"},       {"new", "new_text"},
    {"new", "newString"},     {"new", "newText"},       {"content", "contents"},
    {"content", "file_text"}, {"content", "text"},      {"start", "start_line"},
    {"start", "line_start"},  {"start", "offset"},      {"end", "end_line"},
    {"end", "line_end"},      {"line", "line_number"},  {"glob", "include"},
    {"input", "patch"},       {"timeout", "timeout_s"},
});

std::optional<Value> to_text(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number() || json.is_boolean()) return json.dump();
  if (!json.is_array() || json.empty()) return std::nullopt;
  std::string lines;
  for (const auto& line : json) {
    if (!line.is_string()) return std::nullopt;
    lines += (lines.empty() ? "" : "\n") + line.get<std::string>();
  }
  return lines;
}

// A command as an argument vector: ["bash", "-lc", "make test"] or ["make", "test"].
std::optional<Value> to_command(const Json& json) {
  if (!json.is_array() || json.size() < 2) return to_text(json);
  for (const auto& word : json) {
    if (!word.is_string()) return std::nullopt;
  }
  const auto shell = json[1].get<std::string>();
  if (json.size() == 3 && (shell == "-c" || shell == "-lc")) return json[2].get<std::string>();
  std::string command;
  for (const auto& word : json) {
    const auto text = word.get<std::string>();
    const bool plain =
        !text.empty() &&
        text.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@+") ==
            std::string::npos;
    if (!plain && text.contains('\'')) return std::nullopt;
    command += (command.empty() ? "" : " ") + (plain ? text : "'" + text + "'");
  }
  return command;
}

// An object, or one written as text; Arguments::parse of whoever gets it sees whether it is one.
std::optional<Value> to_object(const Json& json) {
  if (json.is_object()) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (json.is_string()) return json.get<std::string>();
  return std::nullopt;
}

bool is_of(const Json& json, ParameterType type) {
  if (type == ParameterType::integer) return json.is_number_integer();
  return type == ParameterType::object ? json.is_object() : json.is_string();
}

std::string_view described(ParameterType type) {
  if (type == ParameterType::integer) return "a whole number";
  return type == ParameterType::object ? "a JSON object" : "text";
}

// As JSON Schema has it.
std::string_view name_of(ParameterType type) {
  if (type == ParameterType::integer) return "integer";
  return type == ParameterType::object ? "object" : "string";
}

// The member for a parameter, under its own or another usual name.
const Json* find_member(const Json& object, const std::string& name,
                        std::vector<std::string>& mended) {
  const auto own = object.find(name);
  if (own != object.end()) return own->is_null() ? nullptr : &*own;
  for (const auto& [parameter, other] : other_names) {
    const auto found = parameter == name ? object.find(other) : object.end();
    if (found == object.end() || found->is_null()) continue;
    mended.push_back(std::format("{} as {}", other, name));
    return &*found;
  }
  return nullptr;
}

// The object that holds the parameters: some models wrap it once more.
Json unwrapped(Json object) {
  if (object.size() != 1) return object;
  for (const auto* wrapper : {"arguments", "parameters", "args", "input"}) {
    const auto inner = object.find(wrapper);
    if (inner != object.end() && inner->is_object()) return *inner;
  }
  return object;
}

// Some models send the object as a JSON string, some break the rules of JSON.
Result<Json> read_object(std::string_view json, const ToolWords& words,
                         std::vector<std::string>& mended) {
  auto object = Json::parse(json.empty() ? "{}" : json, nullptr, false);
  if (object.is_string()) object = Json::parse(object.get<std::string>(), nullptr, false);
  if (object.is_discarded()) {
    if (const auto text = mend_json(json)) {
      object = Json::parse(*text, nullptr, false);
      mended.emplace_back("arguments that were not quite JSON");
    } else if (json.contains('{')) {
      return fail(Errc::invalid,
                  "the arguments are not a JSON object, they break off; call {} again, with less "
                  "text if it is long",
                  signature(words));
    }
  }
  if (object.is_object()) return unwrapped(std::move(object));
  return fail(Errc::invalid, "the arguments are not a JSON object; call {}", signature(words));
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

std::optional<Value> value_of(const Json& json, const Parameter& parameter) {
  if (parameter.type == ParameterType::integer) return to_integer(json);
  if (parameter.type == ParameterType::object) return to_object(json);
  return parameter.name == "command" ? to_command(json) : to_text(json);
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
    properties[parameter.name] = {{"type", name_of(parameter.type)},
                                  {"description", parameter.description}};
    if (parameter.required) required.push_back(parameter.name);
  }
  const Json schema = {{"type", "object"}, {"properties", properties}, {"required", required}};
  return {words.name, words.description, schema.dump()};
}

Result<Arguments> Arguments::parse(std::string_view json, const ToolWords& words) {
  Arguments arguments;
  const auto object = TRY(read_object(json, words, arguments.mended_));
  for (const auto& parameter : words.parameters) {
    const auto* found = find_member(object, parameter.name, arguments.mended_);
    if (found == nullptr) {
      if (!parameter.required) continue;
      return fail(Errc::invalid, "{} is missing; call {}", parameter.name, signature(words));
    }
    auto value = value_of(*found, parameter);
    if (!value) {
      return fail(Errc::invalid, "{} must be {}; call {}", parameter.name,
                  described(parameter.type), signature(words));
    }
    if (!is_of(*found, parameter.type)) {
      arguments.mended_.push_back(
          std::format("{} as {}", parameter.name, described(parameter.type)));
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
