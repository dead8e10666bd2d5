#include "app/paths.hpp"

#include <array>

extern char** environ;

namespace plim::app {
namespace {

std::filesystem::path xdg(const Environment& environment, const std::string& variable,
                          const std::filesystem::path& fallback) {
  const auto found = environment.find(variable);
  // The specification: relative paths are to be ignored.
  if (found != environment.end() && found->second.starts_with('/')) return found->second;
  return fallback;
}

std::filesystem::path find_demo_model() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::array<std::filesystem::path, 2> places{
      program.parent_path() / "../share/plimsoll/plimsoll-demo.gguf",
      std::filesystem::path(PLIM_SOURCE_DIR) / "models/demo/plimsoll-demo.gguf"};
  for (const auto& place : places) {
    if (std::filesystem::is_regular_file(place, ignored)) return place.lexically_normal();
  }
  return {};
}

}  // namespace

Paths find_paths(const Environment& environment) {
  const auto value = [&](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  const std::filesystem::path home = value("HOME");
  Paths paths;
  paths.home = home;
  paths.config_file =
      xdg(environment, "XDG_CONFIG_HOME", home / ".config") / "plimsoll/config.toml";
  paths.state = xdg(environment, "XDG_STATE_HOME", home / ".local/state") / "plimsoll";
  paths.cache = xdg(environment, "XDG_CACHE_HOME", home / ".cache") / "plimsoll";
  paths.runtime = xdg(environment, "XDG_RUNTIME_DIR", paths.state / "run") / "plimsoll";
  paths.demo_model = find_demo_model();
  paths.program_path = value("PATH");
  return paths;
}

Environment read_environment() {
  Environment environment;
  for (const char* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace plim::app
