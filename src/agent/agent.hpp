// agent: the loop: ask the model, run its tool calls, verify with the project's own tests.
// Does not: draw anything (cli/), choose or start the engine (app/), write files itself.
// Threads: run_task runs on the caller's; events arrive on that thread.
// Start at: agent.cpp, run_task.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/gate.hpp"
#include "agent/retrieved.hpp"
#include "chat/event.hpp"
#include "engine/engine.hpp"
#include "session/session.hpp"
#include "tools/command_logs.hpp"
#include "tools/toolbox.hpp"

namespace plim::agent {

/// What a task works with. All of it must outlive run_task.
struct Parts {
  engine::Engine& engine;
  const tools::Toolbox& tools;
  workspace::Workspace& files;
  const tools::OpenSandbox& commands;
  Approver& approver;
  session::Session& session;
  tools::CommandLogs* logs = nullptr;  ///< Where whole outputs are kept; null: nowhere.
  Retrieve retrieve = nullptr;  ///< Asked once, for a session's first task; null: nothing is.
};

struct Options {
  Permissions permissions;
  std::string test_command;   ///< What proves the task done; empty: nothing does.
  int max_turns = 40;         ///< Model replies.
  int max_failed_checks = 4;  ///< Times the tests may fail after the model said it was done.
  int max_same_failures = 3;  ///< Of these, with the very same output one after another.
  int attempts = 1;           ///< Fresh starts after failing tests, the changes taken back before.
  bool plan = false;          ///< Read only, and end with a plan instead of changes.
  std::chrono::seconds time_limit{3600};
  std::chrono::seconds test_timeout{600};
  std::optional<double> temperature;
  std::optional<std::uint64_t> seed;
};

using Sink = std::function<void(const chat::Event&)>;

/// Works on one task until it is verified, given up or stopped, and says how it ended.
///
/// `transcript` is what came before (empty for a new session). Every event goes to the session
/// and to `sink`. Whatever fails becomes an outcome with its reason; when `stop` is requested, the
/// reply in flight is dropped, the command in flight is killed, and the transcript stays valid.
[[nodiscard]] chat::TaskFinished run_task(chat::Transcript transcript, std::string_view task,
                                          const Parts& parts, const Options& options,
                                          const Sink& sink, std::stop_token stop);

}  // namespace plim::agent
