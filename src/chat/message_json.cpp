#include "chat/message_json.hpp"

#include <nlohmann/json.hpp>

namespace plim::chat {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order of insertion: bytes must not move

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Checked without building a tree: models write arguments of any depth.
bool is_json_object(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{' && Json::accept(text);
}

std::string wire_arguments(const std::string& arguments) {
  if (is_json_object(arguments)) return arguments;
  if (arguments.find_first_not_of(" \t\r\n") == std::string::npos) return "{}";
  Json malformed = Json::object();
  malformed["malformed"] = arguments;
  return dump(malformed);
}

Json to_wire(const ToolCall& call) {
  return {{"id", call.id},
          {"type", "function"},
          {"function", {{"name", call.name}, {"arguments", wire_arguments(call.arguments)}}}};
}

Json to_wire(const Message& message) {
  Json json = {{"role", to_string(message.role)}, {"content", message.content}};
  if (!message.reasoning.empty()) json["reasoning_content"] = message.reasoning;
  if (!message.tool_calls.empty()) {
    Json& calls = json["tool_calls"] = Json::array();
    for (const ToolCall& call : message.tool_calls) calls.push_back(to_wire(call));
  }
  if (message.role == Role::tool) json["tool_call_id"] = message.tool_call_id;
  return json;
}

Json to_wire(const ToolSpec& tool) {
  Json parameters = Json::parse(tool.parameters, nullptr, false);
  if (!parameters.is_object()) parameters = {{"type", "object"}};
  return {{"type", "function"},
          {"function",
           {{"name", tool.name},
            {"description", tool.description},
            {"parameters", std::move(parameters)}}}};
}

}  // namespace

std::string messages_json(std::span<const Message> messages) {
  Json json = Json::array();
  for (const Message& message : messages) json.push_back(to_wire(message));
  return dump(json);
}

std::string tools_json(std::span<const ToolSpec> tools) {
  Json json = Json::array();
  for (const ToolSpec& tool : tools) json.push_back(to_wire(tool));
  return dump(json);
}

}  // namespace plim::chat
