// What of a call HTTP repeats in its header.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "mcp/client.hpp"

namespace plim::mcp {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* annotation = "x-mcp-header";
constexpr std::int64_t most_integer = (std::int64_t{1} << 53) - 1;

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto part = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8U | (k < part.size() ? static_cast<unsigned char>(part[k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= part.size() ? digits[bits >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c));
  });
}

// Walks a schema; what is marked must be a value of its own that the way of properties leads to.
class Marks {
 public:
  explicit Marks(const Json& arguments) : arguments_(arguments) {}

  Result<void> visit(const Json& schema, const std::string& pointer, bool reachable) {
    if (schema.is_array()) {
      for (const auto& part : schema) TRY(visit(part, "", false));
    }
    if (!schema.is_object()) return {};
    if (const auto mark = schema.find(annotation); mark != schema.end())
      TRY(take(schema, *mark, pointer, reachable));
    for (const auto& [key, value] : schema.items()) {
      // Values, not schemas.
      if (key == "default" || key == "enum" || key == "const" || key == "examples") continue;
      if (key != "properties") {
        TRY(visit(value, "", false));
        continue;
      }
      if (!value.is_object()) continue;
      for (const auto& [name, property] : value.items())
        TRY(visit(property, pointer + "/" + escaped(name), reachable));
    }
    return {};
  }

  net::Fields fields;

 private:
  Result<void> take(const Json& schema, const Json& mark, const std::string& pointer,
                    bool reachable) {
    const auto name = mark.is_string() ? mark.get<std::string>() : std::string();
    const auto type = schema.find("type");
    const bool plain =
        type != schema.end() && (*type == "string" || *type == "integer" || *type == "boolean");
    if (!reachable || pointer.empty() || !plain || !is_token(name))
      return fail(Errc::invalid, "its {} stands where none may", annotation);
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (!names_.insert(lower).second)
      return fail(Errc::invalid, "two parameters have the {} {}", annotation, name);
    const Json::json_pointer at(pointer);
    if (!arguments_.contains(at)) return {};
    if (const auto value = text_of(arguments_[at]); value)
      fields.emplace_back("Mcp-Param-" + name, field_value(*value));
    return {};
  }

  static std::optional<std::string> text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (!value.is_number_integer()) return {};
    const auto number = value.get<std::int64_t>();
    return number >= -most_integer && number <= most_integer ? value.dump()
                                                             : std::optional<std::string>();
  }

  // A name as RFC 6901 writes it.
  static std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }

  const Json& arguments_;
  std::set<std::string> names_;
};

}  // namespace

Result<net::Fields> mirrored_parameters(std::string_view schema, std::string_view arguments) {
  const auto values = Json::parse(arguments, nullptr, false);
  Marks marks(values);
  TRY(marks.visit(Json::parse(schema, nullptr, false), "", true));
  return std::move(marks.fields);
}

std::string field_value(std::string_view value) {
  const bool plain = std::ranges::all_of(
      value, [](unsigned char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; });
  constexpr std::string_view spaces = " \t";
  const bool padded =
      !value.empty() && (spaces.contains(value.front()) || spaces.contains(value.back()));
  const bool disguised = value.starts_with("=?base64?") && value.ends_with("?=");
  if (plain && !padded && !disguised) return std::string(value);
  return "=?base64?" + base64(value) + "?=";
}

}  // namespace plim::mcp
