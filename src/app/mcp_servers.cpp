#include "app/mcp_servers.hpp"

#include <format>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "sys/process.hpp"

namespace plim::app {
namespace {

using Json = nlohmann::ordered_json;

// What a server gets of the user's environment besides what its entry names.
constexpr auto passed_on = {"HOME", "LANG", "PATH", "USER"};

using Texts = std::vector<std::pair<std::string, std::string>>;

// "${NAME}" stands for the user's environment, so that a key need not stand in the file.
Result<std::string> expanded(std::string_view text, const Context& context) {
  std::string out;
  while (!text.empty()) {
    const auto start = std::min(text.find("${"), text.size());
    const auto end = text.find('}', start);
    out += text.substr(0, end == std::string_view::npos ? text.size() : start);
    if (end == std::string_view::npos) break;
    const std::string name(text.substr(start + 2, end - start - 2));
    const auto found = context.environment.find(name);
    if (found == context.environment.end()) return fail(Errc::invalid, "${} is not set", name);
    out += found->second;
    text.remove_prefix(end + 1);
  }
  return out;
}

// An object of texts: "env" or "headers".
Result<Texts> texts_of(const Json& entry, const char* key, const Context& context) {
  Texts out;
  const auto found = entry.find(key);
  if (found == entry.end()) return out;
  if (!found->is_object()) return fail(Errc::invalid, "{} must be an object", key);
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string()) return fail(Errc::invalid, "{}.{} must be text", key, name);
    out.emplace_back(name, TRY(expanded(value.get<std::string>(), context)
                                   .transform_error(during(std::format("{}.{}", key, name)))));
  }
  return out;
}

Result<mcp::ServerConfig> program_from(mcp::ServerConfig config, const Json& entry,
                                       const Context& context) {
  for (const auto* name : passed_on) {
    const auto found = context.environment.find(name);
    if (found != context.environment.end())
      config.env.push_back(found->first + "=" + found->second);
  }
  for (const auto& [name, value] : TRY(texts_of(entry, "env", context)))
    config.env.push_back(std::format("{}={}", name, value));
  const auto program =
      TRY(sys::find_program(entry["command"].get<std::string>(), context.paths.program_path));
  config.argv.push_back(program.string());
  const auto args = entry.find("args");
  if (args == entry.end()) return config;
  if (!args->is_array()) return fail(Errc::invalid, "args must be a list");
  for (const auto& arg : *args) {
    if (!arg.is_string()) return fail(Errc::invalid, "args must be texts");
    config.argv.push_back(arg.get<std::string>());
  }
  return config;
}

bool has_text(const Json& entry, const char* key) {
  return entry.contains(key) && entry[key].is_string();
}

Result<mcp::ServerConfig> server_from(const std::string& name, const Json& entry,
                                      const Context& context) {
  mcp::ServerConfig config{.name = name};
  if (entry.is_object() && has_text(entry, "command"))
    return program_from(std::move(config), entry, context);
  if (!entry.is_object() || !has_text(entry, "url"))
    return fail(Errc::invalid, "it needs a command to start, or the url of a server that runs");
  config.url = TRY(expanded(entry["url"].get<std::string>(), context));
  config.fields = TRY(texts_of(entry, "headers", context));
  TRY(mcp::reach_server(config));
  return config;
}

}  // namespace

Result<std::vector<mcp::ServerConfig>> mcp_servers(const Context& context) {
  const auto file = context.paths.config_file.parent_path() / "mcp.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::vector<mcp::ServerConfig>();
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto json = Json::parse(text, nullptr, false);
  const auto servers = json.is_object() ? json.find("mcpServers") : json.end();
  if (!json.is_object() || servers == json.end() || !servers->is_object()) {
    return fail(Errc::invalid, "{}: there is no object mcpServers in it", file.string());
  }
  std::vector<mcp::ServerConfig> configs;
  for (const auto& [name, entry] : servers->items()) {
    configs.push_back(TRY(
        server_from(name, entry, context).transform_error(during(file.string() + ": " + name))));
  }
  return configs;
}

}  // namespace plim::app
