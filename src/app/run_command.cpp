#include <cstdio>
#include <future>
#include <optional>
#include <print>
#include <random>

#include "agent/agent.hpp"
#include "app/commands.hpp"
#include "app/first_packet.hpp"
#include "app/mcp_servers.hpp"
#include "app/wire.hpp"
#include "chat/event.hpp"
#include "cli/ask.hpp"
#include "cli/view.hpp"
#include "mcp/client_tools.hpp"
#include "sandbox/sandbox.hpp"
#include "session/session.hpp"
#include "sys/terminal.hpp"
#include "workspace/workspace.hpp"

namespace plim::app {
namespace {

int exit_code(chat::Outcome outcome) {
  switch (outcome) {
    case chat::Outcome::verified:
    case chat::Outcome::answered:
      return 0;
    case chat::Outcome::failed:
      return 1;
    case chat::Outcome::unverified:
      return 3;
    case chat::Outcome::engine:
      return 4;
    case chat::Outcome::refused:
      return 5;
    case chat::Outcome::cancelled:
      return 130;
  }
  return 1;
}

// Everything the user sees goes through here: as text, or as one line of JSON per event.
class Output {
 public:
  Output(bool json, const Environment& environment)
      : json_(json),
        view_({.color = !environment.contains("NO_COLOR") && sys::is_terminal(1),
               .transient = sys::is_terminal(1),
               .width = sys::terminal_width(1)}) {}

  void event(const chat::Event& event) {
    write(stdout, json_ ? chat::to_json(event) + "\n" : view_.render(event));
  }
  // With --json stdout is events only, so what is said beside them goes to stderr.
  void say(const std::string& text) { write(json_ ? stderr : stdout, text + "\n"); }

 private:
  static void write(std::FILE* file, const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
  }

  bool json_;
  cli::View view_;
};

struct Opened {
  session::Session session;
  chat::Transcript transcript;
};

Result<std::string> latest_session(const std::filesystem::path& directory,
                                   const std::string& project) {
  for (const auto& summary : session::list(directory)) {
    if (summary.meta.project == project) return summary.meta.id;
  }
  return fail(Errc::not_found, "there is no session of this project yet; plim run starts one");
}

Result<Opened> open_session(const RunCommand& command, const Context& context, Output& output) {
  const auto directory = context.paths.state / "sessions";
  if (!command.resume) {
    return Opened{TRY(session::Session::create(directory, context.project.string())), {}};
  }
  const auto id = command.session.empty() ? TRY(latest_session(directory, context.project.string()))
                                          : command.session;
  auto loaded = TRY(session::load(directory, id));
  if (loaded.meta.project != context.project) {
    return fail(Errc::invalid, "session {} belongs to {}; resume it there (plim -C {} resume {})",
                id, loaded.meta.project, loaded.meta.project, id);
  }
  for (const auto& problem : loaded.problems) output.say("note: session file: " + problem);
  return Opened{TRY(session::Session::open(directory, id)), session::transcript(loaded.events)};
}

std::string test_command(const RunCommand& command, const Context& context,
                         const workspace::Workspace& files) {
  if (command.no_verify) return "";
  const auto& configured = context.config.text("agent.test_command");
  if (!configured.empty()) return configured;
  const auto detected = workspace::detect_test_command(files.directory());
  return detected ? detected->command : "";
}

agent::Options agent_options(const RunCommand& command, const Context& context,
                             const WiredEngine& wired, std::string tests) {
  const auto& config = context.config;
  const auto seed = config.integer("agent.seed");
  auto temperature = config.number("agent.temperature");
  if (!temperature) temperature = wired.temperature;
  const bool read_only = command.read_only || command.plan;
  return {.permissions = {.read_only = read_only,
                          .yes = command.yes || read_only,
                          .unconfined = command.unconfined},
          .test_command = std::move(tests),
          .max_turns = static_cast<int>(config.integer("agent.max_turns").value_or(40)),
          .attempts = static_cast<int>(config.integer("agent.attempts").value_or(1)),
          .plan = command.plan,
          .time_limit = std::chrono::seconds(config.integer("agent.time_limit_s").value_or(3600)),
          .test_timeout = std::chrono::seconds(config.integer("sandbox.timeout_s").value_or(600)),
          .temperature = temperature,
          .seed = seed ? std::optional(static_cast<std::uint64_t>(*seed)) : std::nullopt};
}

// Opens the sandbox on a thread of its own; the first command waits for it, and hears about a
// system that allows none.
class SandboxAtHand {
 public:
  SandboxAtHand(const RunCommand& command, const Context& context, Output& output)
      : policy_{.project = context.project, .read_only = command.read_only || command.plan},
        unconfined_(command.unconfined),
        output_(output),
        opening_(std::async(std::launch::async,
                            [policy = policy_] { return sandbox::Sandbox::open(policy); })) {}

  const sandbox::Sandbox& get() {
    if (sandbox_) return *sandbox_;
    auto opened = opening_.get();
    if (!opened) {
      output_.say("note: commands cannot be confined here: " + opened.error().message);
      output_.say(unconfined_ ? "note: --unconfined: commands may touch anything you can"
                              : "note: so commands will not run (--unconfined allows them)");
      return sandbox_.emplace(sandbox::Sandbox::unconfined(policy_));
    }
    return sandbox_.emplace(std::move(*opened));
  }

 private:
  sandbox::Policy policy_;
  bool unconfined_;
  Output& output_;
  std::optional<sandbox::Sandbox> sandbox_;
  std::future<Result<sandbox::Sandbox>> opening_;  // last: waits for its thread first
};

}  // namespace

Result<int> execute(const RunCommand& command, const Context& context) {
  if (!command.resume && command.task.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Errc::invalid, "the task is empty: say what is to be done");
  Output output(command.json, context.environment);
  auto configured_servers = TRY(mcp_servers(context));
  auto files =
      TRY(workspace::Workspace::open(context.project, context.paths.state, {context.paths.home}));
  // What cannot be resumed is said before an engine starts; a new session begins only after, so
  // that an engine that fails leaves none behind.
  std::optional<Opened> opened;
  if (command.resume) opened = TRY(open_session(command, context, output));
  SandboxAtHand sandbox(command, context, output);
  const tools::OpenSandbox commands = [&sandbox]() -> const sandbox::Sandbox& {
    return sandbox.get();
  };
  // Nothing is looked up for a session that goes on: its first message stays what it was.
  std::optional<FirstPacket> packet;
  if (!command.resume && context.config.text("agent.packet") == "true") packet.emplace(context);
  auto wired = wire_engine(context, [&](const std::string& text) { output.say(text); });
  if (!wired) {
    if (wired.error().code == Errc::cancelled) return 130;
    std::println(stderr, "plim: {}", wired.error().message);
    return wired.error().code == Errc::invalid ? 2 : 4;
  }
  if (!opened) opened = TRY(open_session(command, context, output));
  auto& [session, transcript] = *opened;
  if (auto begun = files.begin_task(session.id()); !begun) return std::unexpected(begun.error());
  tools::CommandLogs logs(context.paths.state / "sessions" / (session.id() + ".logs"));
  wired->engine->resume(session.id());
  tools::Toolbox toolbox(wired->edit_format);
  mcp::Servers servers(std::move(configured_servers),
                       [&](const std::string& text) { output.say(text); });
  if (!servers.empty()) {
    for (auto& tool : mcp::make_tools(servers)) toolbox.add(std::move(tool));
  }
  cli::RefusingApprover refusing;
  cli::TerminalApprover asking(
      sys::read_line, [](std::string_view text) { std::print("{}", text), std::fflush(stdout); });
  const bool can_ask = !command.json && sys::is_terminal(0) && sys::is_terminal(1);
  agent::Approver& approver = can_ask ? static_cast<agent::Approver&>(asking) : refusing;

  const std::string task = command.task.empty() ? "Go on with the task." : command.task;
  const auto options =
      agent_options(command, context, *wired, test_command(command, context, files));
  agent::Retrieve retrieve;
  // A model too weak to copy a line of text was not trained on code it did not ask for.
  if (packet && wired->edit_format != tools::EditFormat::line) {
    retrieve = [&](std::string_view text, Tokens budget, std::stop_token stop) {
      return packet->get(text, budget, *wired->engine, std::move(stop));
    };
  }
  const auto finished = agent::run_task(
      std::move(transcript), task,
      {*wired->engine, toolbox, files, commands, approver, session, &logs, retrieve}, options,
      [&](const chat::Event& event) { output.event(event); }, context.stop);
  wired->engine->keep();
  return exit_code(finished.outcome);
}

}  // namespace plim::app
