#include <format>
#include <print>

#include "app/commands.hpp"
#include "base/utf8.hpp"
#include "chat/event.hpp"
#include "cli/view.hpp"
#include "session/session.hpp"
#include "sys/terminal.hpp"
#include "workspace/workspace.hpp"

namespace plim::app {
namespace {

void print_list(std::string_view what, const std::vector<std::string>& paths) {
  for (const auto& path : paths) std::println("{} {}", what, terminal_safe(path));
}

void print_sessions(const std::filesystem::path& directory) {
  const auto sessions = session::list(directory);
  if (sessions.empty()) std::println("no session yet; plim run \"TASK\" starts one");
  for (const auto& [meta, task, outcome] : sessions) {
    std::println("{}  {}  {:<10}  {}  {}", meta.id, meta.created,
                 outcome ? chat::to_string(*outcome) : "unfinished", terminal_safe(meta.project),
                 terminal_safe(utf8_prefix(task, 60)));
  }
}

}  // namespace

Result<int> execute(const UndoCommand& command, const Context& context) {
  auto files =
      TRY(workspace::Workspace::open(context.project, context.paths.state, {context.paths.home}));
  const auto report = TRY(files.undo(command.session));
  if (report.task.empty()) {
    std::println("nothing to undo: no session changed files here");
    return 0;
  }
  print_list("restored", report.restored);
  print_list("removed", report.removed);
  print_list("left alone, you changed it since:", report.conflicts);
  print_list("cannot be restored, its copy is damaged:", report.lost);
  return report.conflicts.empty() && report.lost.empty() ? 0 : 1;
}

Result<int> execute(const LogCommand& command, const Context& context) {
  const auto directory = context.paths.state / "sessions";
  if (command.session.empty()) {
    print_sessions(directory);
    return 0;
  }
  const auto loaded = TRY(session::load(directory, command.session));
  for (const auto& problem : loaded.problems) std::println(stderr, "plim: {}", problem);
  cli::View view({.color = !context.environment.contains("NO_COLOR") && sys::is_terminal(1),
                  .transient = false,
                  .width = sys::terminal_width(1)});
  for (const auto& event : loaded.events) {
    if (command.json) {
      std::println("{}", chat::to_json(event));
      continue;
    }
    // A session keeps whole messages, not the pieces they streamed in.
    if (const auto* added = std::get_if<chat::MessageAdded>(&event);
        added != nullptr && !added->message.content.empty() &&
        (added->message.role == chat::Role::assistant || added->message.role == chat::Role::user)) {
      std::print("{}: {}\n", chat::to_string(added->message.role),
                 terminal_safe(added->message.content));
    }
    std::print("{}", view.render(event));
  }
  return 0;
}

Result<int> execute(const ConfigCommand& command, const Context& context) {
  std::print("{}", context.config.show(command.json));
  if (!command.json) std::println("\nfile: {}", context.paths.config_file.string());
  return 0;
}

Result<int> execute(const PrintAndExit& command, const Context&) { return command.code; }

}  // namespace plim::app
