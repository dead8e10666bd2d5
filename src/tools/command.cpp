#include "tools/command.hpp"

#include <algorithm>
#include <format>

#include "sandbox/sandbox.hpp"
#include "tools/command_logs.hpp"
#include "tools/log_excerpt.hpp"
#include "tools/text_cost.hpp"
#include "tools/trim.hpp"
#include "workspace/workspace.hpp"

namespace plim::tools {
namespace {

// Raw output kept of each end: more than any model's share of it, cleaned and cut afterwards.
constexpr std::size_t kept_bytes = 256U << 10U;

std::string exit_line(const sandbox::CommandResult& result, std::chrono::seconds timeout) {
  switch (result.ended) {
    case sandbox::Ended::by_itself:
      break;
    case sandbox::Ended::at_time_limit:
      return std::format("exit {} (killed: still running after {} s)", result.exit_code,
                         timeout.count());
    case sandbox::Ended::at_memory_limit:
      return std::format("exit {} (killed: out of memory)", result.exit_code);
    case sandbox::Ended::at_process_limit:
      return std::format("exit {} (killed: too many processes)", result.exit_code);
  }
  return std::format("exit {}", result.exit_code);
}

std::string raw_output(const sandbox::CommandResult& result) {
  if (result.dropped_bytes == 0) return result.head + result.tail;
  return result.head + std::format("\n[{} bytes of output dropped here]\n", result.dropped_bytes) +
         result.tail;
}

// The output as far as the model's share of it goes; the whole of it is kept where it can be read.
std::string cut_output(const std::string& output, std::size_t used, const Scope& scope) {
  const auto cap = dense_cap(output, scope.max_chars);
  const auto room = cap - std::min(used, cap);
  if (output.size() <= room) return output;
  const auto name = scope.logs == nullptr ? std::string() : scope.logs->keep(output).value_or("");
  return log_excerpt(output, room, name);
}

// Takes over what the command changed; what cannot be undone is said to the model's user too.
void add_changes(CommandReport& report, workspace::Workspace& files) {
  auto changed = files.after_command();
  if (!changed) {
    report.text += "\n[its changes cannot be undone: " + changed.error().message + "]";
    return;
  }
  for (auto& change : changed->changes) {
    report.changes.push_back(
        {std::move(change.path), std::move(change.diff), change.added, change.removed});
  }
  if (!changed->not_undoable.empty()) {
    report.text += std::format("\n[{} changed files are too large or too many to undo: {} …]",
                               changed->not_undoable.size(), changed->not_undoable.front());
  }
}

}  // namespace

CommandReport run_command(const std::string& command, std::chrono::seconds timeout,
                          const Scope& scope) {
  CommandReport report;
  if (const auto before = scope.files.before_command(); !before) {
    report.text = "error: " + before.error().message;
    return report;
  }
  const auto result = scope.commands().run(
      command, {.timeout = timeout, .head_bytes = kept_bytes, .tail_bytes = kept_bytes},
      scope.stop);
  if (!result) {
    report.text = "error: " + result.error().message;
    add_changes(report, scope.files);
    return report;
  }
  report.ran = true;
  report.passed = result->exit_code == 0 && result->ended == sandbox::Ended::by_itself;
  report.text = exit_line(*result, timeout);
  const auto output = clean_output(raw_output(*result), scope.files.root().string());
  if (!output.empty()) report.text += "\n" + cut_output(output, report.text.size() + 1, scope);
  add_changes(report, scope.files);
  report.text = trim_middle(report.text, scope.max_chars);
  return report;
}

}  // namespace plim::tools
