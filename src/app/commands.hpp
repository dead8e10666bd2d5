#pragma once

#include <filesystem>
#include <stop_token>

#include "app/config.hpp"
#include "app/options.hpp"
#include "app/paths.hpp"
#include "base/error.hpp"

namespace plim::app {

/// What every command is handed. Borrows; main holds all of it.
struct Context {
  const Config& config;
  const Paths& paths;
  const Environment& environment;
  std::filesystem::path project;  ///< Canonical.
  std::stop_token stop;
};

// Each returns the exit code. Errors: what kept it from starting.
[[nodiscard]] Result<int> execute(const RunCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const UndoCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const LogCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const PlanCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const SearchCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const DoctorCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const ContextCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const DocsCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const McpCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const ConfigCommand& command, const Context& context);
[[nodiscard]] Result<int> execute(const PrintAndExit& command, const Context& context);

}  // namespace plim::app
