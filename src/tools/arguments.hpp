#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "chat/message.hpp"

namespace plim::tools {

enum class ParameterType {
  text,
  integer,
  object,  ///< Any JSON object; Arguments::text gives it as JSON text.
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::text;
  bool required = true;
  std::string description;
};

/// A tool's name, description and parameters, as its .md file and its code give them.
struct ToolWords {
  std::string name;
  std::string description;
  std::vector<Parameter> parameters;
};

/// Joins what the code knows (names, types) with what the .md says: its first paragraph is the
/// description, each "name: text" line after it describes a parameter.
[[nodiscard]] ToolWords make_words(std::string name, std::string_view markdown,
                                   std::vector<Parameter> parameters);

/// The tool as the wire wants it: a flat JSON Schema, members in the order of the parameters.
[[nodiscard]] chat::ToolSpec to_spec(const ToolWords& words);

/// The checked arguments of one call.
class Arguments {
 public:
  /// Reads the JSON object a model wrote. What has one reading only is understood: numbers as text
  /// and the reverse, a list of lines or of one item as text, JSON with raw line breaks or a comma
  /// too many, the usual other names of parameters. Members that are no parameter are ignored.
  /// Errors: invalid, with a sentence that tells the model what is expected.
  [[nodiscard]] static Result<Arguments> parse(std::string_view json, const ToolWords& words);

  /// The text of a required parameter; empty for one that is absent.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& name) const;
  /// What had to be understood rather than read, for people: "file_path as path".
  [[nodiscard]] const std::vector<std::string>& mended() const { return mended_; }

 private:
  std::map<std::string, std::variant<std::string, std::int64_t>> values_;
  std::vector<std::string> mended_;
};

}  // namespace plim::tools
