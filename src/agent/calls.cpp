// Task: what a reply asks for, from approval to result.
#include <format>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/rescue.hpp"
#include "agent/task.hpp"
#include "agent/words.hpp"
#include "base/log.hpp"
#include "sandbox/sandbox.hpp"
#include "tools/trim.hpp"
#include "workspace/workspace.hpp"

namespace plim::agent {
namespace {

using Clock = std::chrono::steady_clock;

// Less than this holds no result of any use.
constexpr Tokens least_result{32};

std::string path_of(const chat::ToolCall& call) {
  const auto json = nlohmann::json::parse(call.arguments, nullptr, false);
  if (!json.is_object()) return "";
  const auto found = json.find("path");
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

void Task::count_rescue(const std::string& what) {
  ++result_.rescued;
  emit(chat::Notice{"rescued: " + what});
}

// Calls that the server did not recognise as such are taken out of the text.
void Task::rescue(chat::Reply& reply) {
  // What the model meant is what the transcript keeps, so that it learns the right name.
  for (auto& call : reply.message.tool_calls) {
    auto name = parts_.tools.resolve(call.name);
    if (name == call.name) continue;
    count_rescue(std::format("{} as {}", call.name, name));
    call.name = std::move(name);
  }
  if (!reply.message.tool_calls.empty()) return;
  std::size_t calls_before = 0;
  for (const auto& message : transcript_) calls_before += message.tool_calls.size();
  auto found = find_calls(reply.message, parts_.tools.specs(), calls_before);
  if (!found) return;
  reply.message = std::move(found->message);
  // A call at the very end of a reply cut off by the limit is still whole when it was found.
  reply.finish = chat::FinishReason::tool_calls;
  count_rescue(std::format("{} in {}", reply.message.tool_calls.front().name, found->dialect));
  for (auto& call : reply.message.tool_calls) call.name = parts_.tools.resolve(call.name);
}

std::optional<std::string> Task::refuse(const chat::ToolCall& call) {
  const auto access = parts_.tools.access(call.name);
  if (!access) return std::nullopt;  // the toolbox has the better answer
  const bool confined =
      *access != tools::Access::execute || parts_.commands().rung() == sandbox::Rung::confined;
  switch (decide(*access, options_.permissions, confined)) {
    case Gate::allow:
      return std::nullopt;
    case Gate::deny:
      refused_ = true;
      if (options_.plan) return "denied: in plan mode nothing changes; reply with the plan";
      return options_.permissions.read_only
                 ? "denied: this task is read-only"
                 : "denied: there is no sandbox here, so commands may not run";
    case Gate::ask:
      break;
  }
  if (always_.contains(*access)) return std::nullopt;
  switch (parts_.approver.ask({call, *access, confined}, deadline_.token())) {
    case Approval::always:
      always_.insert(*access);
      return std::nullopt;
    case Approval::once:
      return std::nullopt;
    case Approval::reject:
      break;
    case Approval::reject_and_stop:
      end_refused_ = true;
      break;
  }
  refused_ = true;
  return "denied: the user refused this call";
}

void Task::report_changes(const tools::Outcome& outcome) {
  for (const auto& change : outcome.changes) {
    changed_.insert(change.path);
    record_.changed(change.path);
    emit(chat::FileChanged{change.path, change.diff, change.added, change.removed});
  }
}

tools::Outcome Task::outcome_of(const chat::ToolCall& call) {
  if (deadline_.token().stop_requested()) return {"error: cancelled before it ran", true, {}, {}};
  // Older results make room before the next reply, so the same call fits then.
  if (budget_.tool_result() < least_result) {
    return {"error: not run, the context is full; make this call again", true, {}, {}};
  }
  if (const auto refusal = refuse(call)) return {*refusal, true, {}, {}};
  if (auto known = answer_from_retrieved(call)) return *std::move(known);
  auto outcome = parts_.tools.run(call, scope());
  failed_edit_ |= outcome.is_error && parts_.tools.access(call.name) == tools::Access::write;
  for (const auto& what : outcome.mended) count_rescue(what);
  // The cap in bytes is an estimate; text that is denser than most is cut again.
  while (!budget_.fits(outcome.text, budget_.tool_result()) && outcome.text.size() > 256) {
    outcome.text =
        tools::trim_middle(outcome.text, std::max<std::size_t>(outcome.text.size() * 3 / 4, 256));
  }
  return outcome;
}

// The first read of a file that the first message shows whole: said instead of shown again. A
// second one is answered as any other, for a model that cannot look that far back.
std::optional<tools::Outcome> Task::answer_from_retrieved(const chat::ToolCall& call) {
  if (call.name != "read" || shown_whole_.empty()) return std::nullopt;
  const auto path = parts_.files.relative(path_of(call));
  const auto shown = path ? shown_whole_.find(*path) : shown_whole_.end();
  if (shown == shown_whole_.end()) return std::nullopt;
  const auto hash = std::move(shown->second);
  shown_whole_.erase(shown);
  if (hash_of(*path) != hash) return std::nullopt;
  return tools::Outcome{.text =
                            std::format("[the first message shows all lines of {}, and they are "
                                        "unchanged; read it again to see them here]",
                                        *path)};
}

std::optional<Ending> Task::judge(LoopGuard::Verdict verdict, const std::string& name) {
  switch (verdict) {
    case LoopGuard::Verdict::go_on:
      break;
    case LoopGuard::Verdict::repeating:
      warning_ = words::repeating;
      break;
    case LoopGuard::Verdict::circling:
      warning_ = words::circling;
      break;
    case LoopGuard::Verdict::stop:
      return Ending{chat::Outcome::failed,
                    std::format("the model repeats the same {} call and gets nowhere", name)};
  }
  return std::nullopt;
}

std::optional<Ending> Task::run_call(const chat::ToolCall& call) {
  emit(chat::ToolStarted{call});
  const auto start = Clock::now();
  auto outcome = outcome_of(call);
  const auto tidy = parts_.files.relative(path_of(call));
  const std::string path = tidy && *tidy != "." ? *tidy : std::string();
  const auto hash = path.empty() || outcome.is_error ? std::string() : hash_of(path);
  const auto verdict = guard_.observe(call, {call.id, outcome.text, outcome.is_error}, path, hash);
  if (!hash.empty()) {
    outcome.text += instructions_.on_touch(
        parts_.files, path, std::min(budget_.instruction_bytes(), budget_.tool_result_bytes()));
  }
  const chat::ToolResult result{call.id, outcome.text, outcome.is_error};
  emit(chat::ToolFinished{result, std::chrono::duration<double>(Clock::now() - start).count()});
  record_.observe(call, result.text, result.is_error);
  report_changes(outcome);
  add({.role = chat::Role::tool, .content = result.text, .tool_call_id = call.id});
  return judge(verdict, call.name);
}

std::optional<Ending> Task::run_calls(const chat::Message& message) {
  std::optional<Ending> ending;
  for (const auto& call : message.tool_calls) {
    // Every call gets its result, also after an ending: the transcript must stay valid.
    auto ended = run_call(call);
    if (ended && !ending) ending = std::move(ended);
  }
  if (const auto warning = std::exchange(warning_, {}); !warning.empty()) {
    add({.role = chat::Role::user, .content = std::string(warning)});
  }
  if (end_refused_) {
    return Ending{chat::Outcome::refused,
                  "changes and commands need a yes: run with --yes, or --read-only to forbid them"};
  }
  return ending;
}

}  // namespace plim::agent
