#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace plim::app {

/// A machine that is not there: the cards a user names, or none but RAM.
struct ImaginedMachine {
  std::vector<std::string> gpus;  ///< Of the catalogue; "2x RTX 3090" counts twice.
  std::string vram;               ///< Or one card by its memory…
  double bandwidth = 0;           ///< …its GB/s (without a card: the RAM's); 0: not told…
  double tflops = 0;              ///< …and its f32 rate; 0: not told.
  std::string ram;                ///< Of the host; else as much as the cards, at least 32 GiB.

  [[nodiscard]] bool any() const {
    return !gpus.empty() || !vram.empty() || !ram.empty() || bandwidth != 0 || tflops != 0;
  }
};

/// `plim run "TASK"` and, with `resume` set, `plim resume [SESSION] ["TASK"]`.
struct RunCommand {
  std::string task;
  bool resume = false;
  std::string session;  ///< To resume; empty: this project's latest.
  bool yes = false;
  bool read_only = false;
  bool plan = false;  ///< Look only, and end with a plan.
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

/// `plim plan [MODEL…]`: what fits this machine, or one that is not there.
struct PlanCommand {
  std::vector<std::string> models;  ///< Files, URLs, names of the catalogue; empty: the configured.
  ImaginedMachine machine;
  std::string kv;     ///< "q8_0", "q8_0/q5_1"; empty: f16, else q8_0.
  std::string quant;  ///< Of a model of the catalogue.
  std::string reserve;
  std::string svg;  ///< File to draw the ledger into.
  int ubatch = 512;
  int slots = 1;
  bool unified = false;
  bool full_windows = false;
  bool offload = false;
  bool no_probe = false;   ///< Estimates only: the engine is not asked.
  bool calibrate = false;  ///< Measure the speed here first.
  bool json = false;
};

/// `plim search QUERY`: files and functions a task is about.
struct SearchCommand {
  std::string query;
  std::string query_file;  ///< "-" is standard input; here and in `log`.
  std::string log;
  std::vector<std::string> companions;  ///< Files: what goes with them is asked for.
  int limit = 20;
  bool files_only = false;
  bool functions_only = false;
  bool json = false;
};

/// `plim context TASK`: what a model would be given for a task, and what it costs.
struct ContextCommand {
  std::string task;
  int budget = 0;  ///< Tokens; 0: what the first turn of plim run gives.
  bool json = false;
};

/// `plim docs QUESTION`: a symbol or a question, looked up in what is on this machine.
struct DocsCommand {
  std::string question;
  std::string package;  ///< Only this one; "man": manual pages.
  int limit = 3;
  bool json = false;
};

/// `plim mcp`: our retrieval as tools for other agents, over standard input and output.
struct McpCommand {};

/// `plim doctor`: what is wrong with this machine, and what mends it.
struct DoctorCommand {
  bool no_start = false;  ///< Leave the engine alone.
};

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
    std::variant<RunCommand, UndoCommand, LogCommand, PlanCommand, SearchCommand, ContextCommand,
                 DocsCommand, McpCommand, DoctorCommand, ConfigCommand, PrintAndExit>;

struct Invocation {
  Command command;
  std::string directory;  ///< -C; empty: the current folder.
  /// Settings given as flags, e.g. {"model.context", "8192"}: they win over files and environment.
  std::vector<std::pair<std::string, std::string>> settings;
};

/// Reads the command line. Errors: invalid, with what is wrong and how help is asked for.
[[nodiscard]] Result<Invocation> parse_arguments(std::span<char* const> args);

}  // namespace plim::app
