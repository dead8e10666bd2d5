#include "app/run.hpp"

#include <filesystem>
#include <memory>
#include <print>
#include <variant>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/options.hpp"
#include "app/paths.hpp"
#include "base/log.hpp"
#include "sys/interrupt.hpp"

namespace plim::app {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    log::to(nullptr);
    std::fclose(file);
  }
};

// The program's own log. Without a place for it there is none, and that is fine.
std::unique_ptr<std::FILE, CloseFile> open_log(const std::filesystem::path& state) {
  std::error_code ignored;
  std::filesystem::create_directories(state, ignored);
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen((state / "plim.log").c_str(), "ae"));
  log::to(file.get());
  return file;
}

Result<Config> load_config(const Paths& paths, const Environment& environment,
                           const Invocation& invocation) {
  Config config;
  if (auto read = config.read_file(paths.config_file); !read) {
    return std::unexpected(std::move(read).error());
  }
  if (auto read = config.read_environment(environment); !read) {
    return std::unexpected(std::move(read).error());
  }
  for (const auto& [key, value] : invocation.settings) {
    if (auto set = config.set(key, value, "flag"); !set) {
      return std::unexpected(std::move(set).error());
    }
  }
  return config;
}

}  // namespace

Result<int> run(std::span<char* const> args) {
  const sys::Interrupt interrupt;
  auto invocation = TRY(parse_arguments(args));
  if (const auto* text = std::get_if<PrintAndExit>(&invocation.command)) {
    std::print(text->code == 0 ? stdout : stderr, "{}", text->text);
    return text->code;
  }
  const auto environment = read_environment();
  const auto paths = find_paths(environment);
  if (!paths.state.is_absolute()) {
    return fail(Errc::invalid,
                "there is no place for sessions and undo: set HOME or XDG_STATE_HOME");
  }
  const auto log_file = open_log(paths.state);
  auto config = TRY(load_config(paths, environment, invocation));
  std::error_code error;
  const auto project =
      std::filesystem::canonical(invocation.directory.empty() ? "." : invocation.directory, error);
  if (error) {
    return fail(Errc::not_found, "the project folder {} cannot be opened: {}",
                invocation.directory.empty() ? "." : invocation.directory, error.message());
  }
  const Context context{config, paths, environment, project, interrupt.token()};
  return std::visit([&](const auto& command) { return execute(command, context); },
                    invocation.command);
}

}  // namespace plim::app
