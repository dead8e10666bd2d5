#include "tools/json_mend.hpp"

#include <format>

#include <nlohmann/json.hpp>

namespace plim::tools {
namespace {

using Json = nlohmann::ordered_json;

bool is_json(std::string_view text) { return Json::accept(text); }

// Inside a string: what may follow a backslash.
bool is_escape(char c) { return std::string_view("\"\\/bfnrtu").contains(c); }

// The characters that JSON wants escaped inside strings.
void append_in_string(std::string& out, char c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else if (static_cast<unsigned char>(c) < 0x20) {
    out += std::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    out += c;
  }
}

// Drops a comma that nothing follows.
void drop_last_comma(std::string& out) {
  const auto last = out.find_last_not_of(" \t\r\n");
  if (last != std::string::npos && out[last] == ',') out.erase(last, 1);
}

std::string repaired(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!in_string) {
      if (c == '}' || c == ']') drop_last_comma(out);
      in_string = c == '"';
      out += c;
    } else if (c == '\\' && i + 1 < text.size()) {
      // "\d" of a regular expression, or "\'" of a shell, means the backslash itself.
      if (!is_escape(text[i + 1])) out += '\\';
      out += c;
      append_in_string(out, text[++i]);
    } else {
      in_string = c != '"';
      append_in_string(out, c);
    }
  }
  return out;
}

}  // namespace

std::optional<std::size_t> json_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth <= 1) return i + 1;
      --depth;
    }
  }
  return std::nullopt;
}

std::optional<std::string> mend_json(std::string_view text) {
  if (is_json(text)) return std::string(text);
  const auto open = text.find_first_of("{[");
  if (open == std::string_view::npos) return std::nullopt;
  const auto end = json_end(text, open);
  if (!end) return std::nullopt;
  const auto inner = text.substr(open, *end - open);
  if (is_json(inner)) return std::string(inner);
  auto mended = repaired(inner);
  if (!is_json(mended)) return std::nullopt;
  return mended;
}

}  // namespace plim::tools
