#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace plim::app {

/// `plim run "TASK"` and, with `resume` set, `plim resume [SESSION] ["TASK"]`.
struct RunCommand {
  std::string task;
  bool resume = false;
  std::string session;  ///< To resume; empty: this project's latest.
  bool yes = false;
  bool read_only = false;
  bool unconfined = false;
  bool json = false;
  bool no_verify = false;
};

/// `plim undo [SESSION]`: takes a session's changes back; the latest one's when empty.
struct UndoCommand {
  std::string session;
};

/// `plim log [SESSION]`: lists sessions, or prints one.
struct LogCommand {
  std::string session;
  bool json = false;
};

/// `plim plan`: what fits this machine.
struct PlanCommand {};

/// `plim config`: each setting with its origin.
struct ConfigCommand {
  bool json = false;
};

/// Text to print (help, version) and the exit code that goes with it.
struct PrintAndExit {
  std::string text;
  int code = 0;
};

using Command =
    std::variant<RunCommand, UndoCommand, LogCommand, PlanCommand, ConfigCommand, PrintAndExit>;

struct Invocation {
  Command command;
  std::string directory;  ///< -C; empty: the current folder.
  /// Settings given as flags, e.g. {"model.context", "8192"}: they win over files and environment.
  std::vector<std::pair<std::string, std::string>> settings;
};

/// Reads the command line. Errors: invalid, with what is wrong and how help is asked for.
[[nodiscard]] Result<Invocation> parse_arguments(std::span<char* const> args);

}  // namespace plim::app
