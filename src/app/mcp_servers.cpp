#include "app/mcp_servers.hpp"

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "sys/process.hpp"

namespace plim::app {
namespace {

using Json = nlohmann::ordered_json;

// What a server gets of the user's environment besides what its entry names.
constexpr auto passed_on = {"HOME", "LANG", "PATH", "USER"};

Result<std::vector<std::string>> environment_of(const Json& entry, const Context& context) {
  std::vector<std::string> out;
  for (const auto* name : passed_on) {
    const auto found = context.environment.find(name);
    if (found != context.environment.end()) out.push_back(found->first + "=" + found->second);
  }
  const auto env = entry.find("env");
  if (env == entry.end()) return out;
  if (!env->is_object()) return fail(Errc::invalid, "env must be an object");
  for (const auto& [name, value] : env->items()) {
    if (!value.is_string()) return fail(Errc::invalid, "env.{} must be text", name);
    out.push_back(name + "=" + value.get<std::string>());
  }
  return out;
}

Result<mcp::ServerConfig> server_from(const std::string& name, const Json& entry,
                                      const Context& context) {
  if (!entry.is_object() || !entry.contains("command") || !entry["command"].is_string()) {
    return fail(Errc::invalid, "it needs a command; servers behind a url are not supported yet");
  }
  mcp::ServerConfig config{.name = name, .argv = {}, .env = TRY(environment_of(entry, context))};
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
