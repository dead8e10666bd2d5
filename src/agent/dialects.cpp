#include "agent/dialects.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "tools/json_mend.hpp"

namespace plim::agent {
namespace {

using Json = nlohmann::ordered_json;
constexpr auto npos = std::string_view::npos;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// A value between tags: the line breaks next to the tags are layout.
std::string_view inner_text(std::string_view text) {
  if (text.starts_with('\n')) text.remove_prefix(1);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::string_view name_at(std::string_view text) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  };
  return text.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_part) - text.begin()));
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// "Between" two marks, the second perhaps missing at the very end of a text.
struct Between {
  std::string_view text;
  std::size_t end;  // one past the closing mark
};

std::optional<Between> between(std::string_view text, std::size_t from, std::string_view open,
                               std::string_view close) {
  const auto begin = text.find(open, from);
  if (begin == npos) return std::nullopt;
  const auto start = begin + open.size();
  const auto stop = text.find(close, start);
  if (stop == npos) return Between{text.substr(start), text.size()};
  return Between{text.substr(start, stop - start), stop + close.size()};
}

// ---- JSON ----

const Json* member(const Json& object, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::optional<WrittenCall> call_from(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  if (const auto* inner = member(object, {"function", "tool_call", "function_call"});
      inner != nullptr && inner->is_object()) {
    return call_from(*inner);
  }
  const auto* name = member(object, {"name", "tool", "tool_name", "function", "type"});
  const auto* arguments =
      member(object, {"arguments", "parameters", "args", "input", "tool_input", "params"});
  if (name == nullptr || !name->is_string() || arguments == nullptr) return std::nullopt;
  if (arguments->is_string()) return WrittenCall{name->get<std::string>(), *arguments};
  if (!arguments->is_object()) return std::nullopt;
  return WrittenCall{name->get<std::string>(), dump(*arguments)};
}

std::vector<WrittenCall> calls_from(std::string_view text) {
  const auto mended = tools::mend_json(text);
  const auto json = Json::parse(mended.value_or(""), nullptr, false);
  std::vector<WrittenCall> calls;
  if (json.is_object() && json.contains("tool_calls")) return calls_from(dump(json["tool_calls"]));
  for (const auto& each : json.is_array() ? json : Json::array({json})) {
    auto call = call_from(each);
    if (!call) return {};
    calls.push_back(*std::move(call));
  }
  return calls;
}

// ---- <tool_call>: Hermes, Qwen and GLM ----

// <function=NAME> <parameter=KEY> value </parameter> … </function>, or Llama's JSON inside.
std::optional<WrittenCall> qwen_function(std::string_view text) {
  const auto name_end = text.find('>');
  if (name_end == npos) return std::nullopt;
  WrittenCall call{std::string(trimmed(text.substr(0, name_end))), ""};
  const auto body = text.substr(name_end + 1);
  if (trimmed(body).starts_with('{')) {
    call.arguments = std::string(trimmed(body));
    return call;
  }
  Json arguments = Json::object();
  for (std::size_t at = 0;;) {
    const auto parameter = between(body, at, "<parameter=", "</parameter>");
    if (!parameter) break;
    const auto key_end = parameter->text.find('>');
    if (key_end == npos) return std::nullopt;
    arguments[std::string(trimmed(parameter->text.substr(0, key_end)))] =
        std::string(inner_text(parameter->text.substr(key_end + 1)));
    at = parameter->end;
  }
  call.arguments = dump(arguments);
  return call;
}

std::vector<WrittenCall> qwen_functions(std::string_view text) {
  std::vector<WrittenCall> calls;
  for (std::size_t at = 0;;) {
    const auto function = between(text, at, "<function=", "</function>");
    if (!function) return calls;
    if (auto call = qwen_function(function->text)) calls.push_back(*std::move(call));
    at = function->end;
  }
}

std::vector<WrittenCall> glm_call(std::string_view text) {
  const auto body = trimmed(text);
  const auto name = name_at(body);
  if (name.empty()) return {};
  Json arguments = Json::object();
  for (std::size_t at = 0;;) {
    const auto key = between(body, at, "<arg_key>", "</arg_key>");
    if (!key) break;
    const auto value = between(body, key->end, "<arg_value>", "</arg_value>");
    if (!value) return {};
    arguments[std::string(trimmed(key->text))] = std::string(inner_text(value->text));
    at = value->end;
  }
  if (arguments.empty() && body.size() != name.size()) return {};
  return {{std::string(name), dump(arguments)}};
}

std::optional<Passage> find_tool_call(std::string_view text, std::size_t from,
                                      std::vector<WrittenCall> (*read)(std::string_view)) {
  for (;;) {
    const auto begin = text.find("<tool_call>", from);
    if (begin == npos) return std::nullopt;
    const auto block = between(text, begin, "<tool_call>", "</tool_call>");
    if (auto calls = read(block->text); !calls.empty()) {
      return Passage{begin, block->end, std::move(calls)};
    }
    from = block->end;
  }
}

std::optional<Passage> find_qwen(std::string_view text, std::size_t from) {
  return find_tool_call(text, from, qwen_functions);
}
std::optional<Passage> find_glm(std::string_view text, std::size_t from) {
  return find_tool_call(text, from, glm_call);
}
std::optional<Passage> find_hermes(std::string_view text, std::size_t from) {
  return find_tool_call(text, from, calls_from);
}

std::optional<Passage> find_bare_function(std::string_view text, std::size_t from) {
  const auto begin = text.find("<function=", from);
  if (begin == npos) return std::nullopt;
  const auto block = between(text, begin, "<function=", "</function>");
  auto call = qwen_function(block->text);
  if (!call) return std::nullopt;
  auto end = block->end;
  if (text.substr(end).starts_with("\n</tool_call>")) end += 13;  // its opening mark was lost
  return Passage{begin, end, {*std::move(call)}};
}

// ---- a marked name, then one JSON object ----

// Reads `name`, whatever stands before '{' within `gap` bytes, and the object.
std::optional<Passage> name_and_object(std::string_view text, std::size_t begin,
                                       std::size_t name_start, std::size_t gap) {
  const auto name = name_at(text.substr(name_start));
  const auto open = text.find('{', name_start + name.size());
  if (name.empty() || open == npos || open - name_start - name.size() > gap) return std::nullopt;
  const auto end = tools::json_end(text, open).value_or(text.size());
  return Passage{begin, end, {{std::string(name), std::string(text.substr(open, end - open))}}};
}

void skip(std::string_view text, Passage& passage, std::string_view mark) {
  const auto rest = text.substr(passage.end);
  const auto first = rest.find_first_not_of(" \t\r\n`");
  if (first != npos && rest.substr(first).starts_with(mark)) passage.end += first + mark.size();
}

std::optional<Passage> find_harmony(std::string_view text, std::size_t from) {
  constexpr std::string_view mark = "to=functions.";
  const auto at = text.find(mark, from);
  if (at == npos) return std::nullopt;
  auto begin = at;
  for (const std::string_view opener : {"<|channel|>", "<|start|>assistant"}) {
    const auto found = text.rfind(opener, begin);
    if (found != npos && found >= from && begin - found < 40) begin = found;
  }
  auto passage = name_and_object(text, begin, at + mark.size(), 48);
  if (passage) skip(text, *passage, "<|call|>");
  return passage;
}

std::optional<Passage> find_deepseek(std::string_view text, std::size_t from) {
  constexpr std::string_view open = "<｜tool▁call▁begin｜>";
  constexpr std::string_view separator = "<｜tool▁sep｜>";
  const auto begin = text.find(open, from);
  if (begin == npos) return std::nullopt;
  auto name_start = begin + open.size();
  // Before V3.1 the call's type stands first: "function<｜tool▁sep｜>name\n```json\n{…}".
  if (text.substr(name_start).starts_with(std::string("function") + std::string(separator))) {
    name_start += 8 + separator.size();
  }
  auto passage = name_and_object(text, begin, name_start, 40);
  if (passage) skip(text, *passage, "<｜tool▁call▁end｜>");
  return passage;
}

std::optional<Passage> find_mistral(std::string_view text, std::size_t from) {
  constexpr std::string_view mark = "[TOOL_CALLS]";
  const auto begin = text.find(mark, from);
  if (begin == npos) return std::nullopt;
  const auto start = text.find_first_not_of(" \n", begin + mark.size());
  if (start == npos) return std::nullopt;
  if (text[start] != '[' && text[start] != '{') {
    return name_and_object(text, begin, start, 64);  // name[CALL_ID]…[ARGS]{…}
  }
  const auto end = tools::json_end(text, start);
  if (!end) return std::nullopt;
  auto calls = calls_from(text.substr(start, *end - start));
  if (calls.empty()) return std::nullopt;
  return Passage{begin, *end, std::move(calls)};
}

std::optional<Passage> find_python_tag(std::string_view text, std::size_t from) {
  constexpr std::string_view mark = "<|python_tag|>";
  const auto begin = text.find(mark, from);
  if (begin == npos) return std::nullopt;
  const auto end = tools::json_end(text, begin + mark.size());
  auto calls = calls_from(text.substr(begin + mark.size()));
  if (!end || calls.empty()) return std::nullopt;
  return Passage{begin, *end, std::move(calls)};
}

// ---- Gemma ----

// {key:<quote>text<quote>,other:3}, as Gemma 4 and FunctionGemma write it.
std::optional<std::string> gemma_object(std::string_view text, std::string_view quote) {
  Json arguments = Json::object();
  while (!(text = trimmed(text)).empty() && text.front() != '}') {
    const auto colon = text.find(':');
    if (colon == npos) return std::nullopt;
    const auto key = trimmed(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    if (text.starts_with(quote)) {
      const auto value = between(text, 0, quote, quote);
      arguments[std::string(key)] = std::string(value->text);
      text.remove_prefix(value->end);
    } else {
      const auto end = std::min(text.find_first_of(",}"), text.size());
      const auto value = trimmed(text.substr(0, end));
      auto json = Json::parse(value, nullptr, false);
      arguments[std::string(key)] = json.is_discarded() ? Json(std::string(value)) : json;
      text.remove_prefix(end);
    }
    text = trimmed(text);
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  return dump(arguments);
}

std::optional<Passage> find_gemma(std::string_view text, std::size_t from) {
  struct Form {
    std::string_view open, close, quote;
  };
  constexpr std::array forms{Form{"<|tool_call>call:", "<tool_call|>", "<|\"|>"},
                             Form{"<start_function_call>call:", "<end_function_call>", "<escape>"}};
  for (const auto& [open, close, quote] : forms) {
    const auto begin = text.find(open, from);
    if (begin == npos) continue;
    const auto block = between(text, begin, open, close);
    const auto name = name_at(block->text);
    const auto brace = block->text.find('{');
    if (name.empty() || brace == npos) continue;
    const auto arguments = gemma_object(block->text.substr(brace + 1), quote);
    if (arguments) return Passage{begin, block->end, {{std::string(name), *arguments}}};
  }
  return std::nullopt;
}

// A Python string literal at the start of `text`: its value; `text` moves behind it.
std::optional<std::string> python_string(std::string_view& text) {
  for (const std::string_view quote : {"\"\"\"", "'''", "\"", "'"}) {
    if (!text.starts_with(quote)) continue;
    std::string value;
    for (std::size_t i = quote.size(); i < text.size(); ++i) {
      if (text.substr(i).starts_with(quote)) {
        text.remove_prefix(i + quote.size());
        return value;
      }
      if (text[i] != '\\' || i + 1 == text.size()) {
        value += text[i];
        continue;
      }
      const char c = text[++i];
      if (c == '\n') continue;
      if (!std::string_view("nt\\\"'").contains(c)) value += '\\';
      value += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

// name(key="text", other=3); nothing for anything else, above all for real Python.
std::optional<WrittenCall> python_call(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("print(") && text.ends_with(')')) {
    text = trimmed(text.substr(6, text.size() - 7));
  }
  const auto name = name_at(text);
  text.remove_prefix(name.size());
  if (name.empty() || !text.starts_with('(')) return std::nullopt;
  text.remove_prefix(1);
  Json arguments = Json::object();
  while (!(text = trimmed(text)).empty() && text.front() != ')') {
    const auto key = name_at(text);
    text = trimmed(text.substr(key.size()));
    if (key.empty() || !text.starts_with('=')) return std::nullopt;
    text = trimmed(text.substr(1));
    if (auto value = python_string(text)) {
      arguments[std::string(key)] = *std::move(value);
    } else {
      const auto number = text.substr(0, std::min(text.find_first_of(",)"), text.size()));
      const auto json = Json::parse(trimmed(number), nullptr, false);
      if (!json.is_number()) return std::nullopt;
      arguments[std::string(key)] = json;
      text.remove_prefix(number.size());
    }
    text = trimmed(text);
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  if (trimmed(text) != ")") return std::nullopt;
  return WrittenCall{std::string(name), dump(arguments)};
}

std::optional<Passage> find_tool_code(std::string_view text, std::size_t from) {
  constexpr std::string_view open = "```tool_code";
  const auto begin = text.find(open, from);
  if (begin == npos) return std::nullopt;
  const auto block = between(text, begin, open, "```");
  auto call = python_call(block->text);
  if (!call) return std::nullopt;
  return Passage{begin, block->end, {*std::move(call)}};
}

// ---- <invoke name="…"> ----

std::optional<Passage> find_invoke(std::string_view text, std::size_t from) {
  constexpr std::string_view open = "<invoke name=\"";
  const auto begin = text.find(open, from);
  if (begin == npos) return std::nullopt;
  const auto block = between(text, begin, open, "</invoke>");
  Json arguments = Json::object();
  for (std::size_t at = 0;;) {
    const auto parameter = between(block->text, at, "<parameter name=\"", "</parameter>");
    if (!parameter) break;
    const auto quote = parameter->text.find('"');
    const auto value = parameter->text.find('>');
    if (quote == npos || value == npos) return std::nullopt;
    arguments[std::string(parameter->text.substr(0, quote))] =
        std::string(inner_text(parameter->text.substr(value + 1)));
    at = parameter->end;
  }
  return Passage{begin,
                 block->end,
                 {{std::string(block->text.substr(0, block->text.find('"'))), dump(arguments)}}};
}

// ---- JSON without any mark: only as the last thing a reply says ----

std::optional<Passage> find_fenced(std::string_view text, std::size_t from) {
  auto end = text.find_last_not_of(" \t\r\n");
  if (end == npos || end < from + 6 || text.substr(end - 2, 3) != "```") return std::nullopt;
  const auto begin = text.rfind("```", end - 3);
  if (begin == npos || begin < from) return std::nullopt;
  const auto open = text.find_first_of("{[\n", begin + 3);
  if (open == npos || open > end - 2) return std::nullopt;
  auto calls = calls_from(text.substr(open, end - 2 - open));
  if (calls.empty()) return std::nullopt;
  return Passage{begin, text.size(), std::move(calls)};
}

std::optional<Passage> find_bare_json(std::string_view text, std::size_t from) {
  for (auto begin = text.find_first_of("{[", from); begin != npos;
       begin = text.find_first_of("{[", begin + 1)) {
    if (begin > 0 && text[begin - 1] != '\n') continue;
    const auto end = tools::json_end(text, begin);
    if (!end || !trimmed(text.substr(*end)).empty()) continue;
    auto calls = calls_from(text.substr(begin, *end - begin));
    if (!calls.empty()) return Passage{begin, text.size(), std::move(calls)};
  }
  return std::nullopt;
}

}  // namespace

const std::vector<Dialect>& dialects() {
  static const std::vector<Dialect> all{
      {"Qwen XML", true, find_qwen},      {"GLM XML", true, find_glm},
      {"Hermes JSON", true, find_hermes}, {"Qwen XML", true, find_bare_function},
      {"harmony", true, find_harmony},    {"Mistral", true, find_mistral},
      {"Gemma", true, find_gemma},        {"Gemma Python", true, find_tool_code},
      {"DeepSeek", true, find_deepseek},  {"Llama JSON", true, find_python_tag},
      {"XML", true, find_invoke},         {"fenced JSON", false, find_fenced},
      {"JSON", false, find_bare_json}};
  return all;
}

}  // namespace plim::agent
