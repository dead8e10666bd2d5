#include "mcp/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/utf8.hpp"

namespace plim::mcp {
namespace {

using Json = nlohmann::json;
using Answer = std::expected<Json, rpc::RpcError>;

constexpr std::string_view modern = "2026-07-28";
constexpr auto legacy =
    std::to_array<std::string_view>({"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"});
constexpr int unsupported_version = -32022;
constexpr auto version_key = "io.modelcontextprotocol/protocolVersion";
constexpr auto capabilities_key = "io.modelcontextprotocol/clientCapabilities";

// Our tools are the same for every caller as long as this process lives.
constexpr int list_ttl_ms = 3'600'000;

std::unexpected<rpc::RpcError> refuse(int code, std::string message, std::string data = {}) {
  return std::unexpected(rpc::RpcError{code, std::move(message), std::move(data)});
}

Json supported_versions() {
  Json versions = Json::array({modern});
  for (const auto version : legacy) versions.push_back(version);
  return versions;
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const Json* meta(const Json& params, const char* key) {
  const auto* all = member(params, "_meta");
  return all == nullptr ? nullptr : member(*all, key);
}

Json server_info(const std::string& version) {
  return {{"name", "plimsoll"}, {"title", "Plimsoll"}, {"version", version}};
}

Json tool_list(const std::vector<ServedTool>& tools) {
  Json list = Json::array();
  for (const auto& tool : tools) {
    list.push_back({{"name", tool.name},
                    {"title", tool.title},
                    {"description", tool.description},
                    {"inputSchema", Json::parse(tool.input_schema, nullptr, false)},
                    {"annotations", {{"readOnlyHint", true}, {"openWorldHint", false}}}});
  }
  return {{"tools", std::move(list)}};
}

Answer call_tool(const std::vector<ServedTool>& tools, const Json& params) {
  const auto* name = member(params, "name");
  if (name == nullptr || !name->is_string()) {
    return refuse(rpc::invalid_params, "tools/call names its tool");
  }
  const auto tool = std::ranges::find(tools, name->get<std::string>(), &ServedTool::name);
  if (tool == tools.end()) {
    return refuse(rpc::invalid_params, "there is no tool " + name->get<std::string>());
  }
  const auto* arguments = member(params, "arguments");
  if (arguments != nullptr && !arguments->is_object()) {
    return refuse(rpc::invalid_params, "arguments are an object");
  }
  const auto result = tool->call(arguments == nullptr ? Json::object() : *arguments);
  const auto text = to_utf8(result ? *result : result.error().message);
  return Json{{"content", Json::array({{{"type", "text"}, {"text", text}}})},
              {"isError", !result.has_value()}};
}

Answer initialize(const std::string& version, const std::string& instructions, const Json& params) {
  const auto* asked = member(params, "protocolVersion");
  std::string agreed(legacy.front());
  if (asked != nullptr && asked->is_string() &&
      std::ranges::contains(legacy, asked->get_ref<const std::string&>())) {
    agreed = asked->get<std::string>();
  }
  return Json{{"protocolVersion", agreed},
              {"capabilities", {{"tools", Json::object()}}},
              {"serverInfo", server_info(version)},
              {"instructions", instructions}};
}

// Whether the request may be answered as the modern era wants it.
std::expected<void, rpc::RpcError> check_modern(const Json& params, const Json& asked) {
  if (!asked.is_string()) return refuse(rpc::invalid_params, "the protocol version is a string");
  const auto version = asked.get<std::string>();
  if (version != modern) {
    return refuse(unsupported_version, "unsupported protocol version " + version,
                  Json{{"supported", supported_versions()}, {"requested", version}}.dump(
                      -1, ' ', false, Json::error_handler_t::replace));
  }
  const auto* capabilities = meta(params, capabilities_key);
  if (capabilities == nullptr || !capabilities->is_object()) {
    return refuse(rpc::invalid_params, std::string("_meta lacks ") + capabilities_key);
  }
  return {};
}

}  // namespace

Server::Server(std::string version, std::string instructions, std::vector<ServedTool> tools)
    : version_(std::move(version)),
      instructions_(std::move(instructions)),
      tools_(std::move(tools)) {}

Answer Server::answer(const std::string& method, const Json& params) const {
  const auto* asked = meta(params, version_key);
  const bool is_modern = asked != nullptr || method == "server/discover";
  if (asked != nullptr) {
    if (auto allowed = check_modern(params, *asked); !allowed) {
      return std::unexpected(std::move(allowed).error());
    }
  }
  Answer result = refuse(rpc::method_not_found, "there is no method " + method);
  if (method == "tools/list") {
    result = tool_list(tools_);
    if (is_modern) result->update({{"ttlMs", list_ttl_ms}, {"cacheScope", "public"}});
  } else if (method == "tools/call") {
    result = call_tool(tools_, params);
  } else if (method == "server/discover") {
    result = Json{{"supportedVersions", supported_versions()},
                  {"capabilities", {{"tools", Json::object()}}},
                  {"serverInfo", server_info(version_)},
                  {"instructions", instructions_},
                  {"ttlMs", list_ttl_ms},
                  {"cacheScope", "public"}};
  } else if (method == "initialize" && !is_modern) {
    result = initialize(version_, instructions_, params);
  } else if (!is_modern && (method == "ping" || method.starts_with("notifications/"))) {
    result = Json::object();
  }
  if (result && is_modern) {
    (*result)["resultType"] = "complete";
    (*result)["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(version_);
  }
  return result;
}

}  // namespace plim::mcp
