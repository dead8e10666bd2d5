#include "agent/task.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "agent/prompt.hpp"
#include "agent/retrieved.hpp"
#include "agent/words.hpp"
#include "base/log.hpp"
#include "chat/message_json.hpp"
#include "tools/command.hpp"
#include "tools/lint.hpp"
#include "workspace/workspace.hpp"

namespace plim::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_nudges = 3;                 // of one task: empty, cut-off or rambling replies
constexpr std::size_t most_skill_bytes = 900;  // 300 tokens
constexpr std::size_t most_known_bytes = 600;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::string_view plan_mode =
    "\n\n[mode: plan] Change nothing now. Look at what you need, then reply with a short numbered "
    "plan: which files, which changes, how to test them.";
constexpr std::string_view work_mode = "\n\n[mode: work] You may change files now.";

// The mode that the last message to name one left the session in.
bool ends_in_plan_mode(const chat::Transcript& transcript) {
  bool plan = false;
  for (const auto& message : transcript) {
    if (message.role != chat::Role::user) continue;
    const auto said = without_retrieved(message.content);
    if (said.contains(plan_mode)) plan = true;
    if (said.contains(work_mode)) plan = false;
  }
  return plan;
}

}  // namespace

Task::Task(chat::Transcript transcript, const Parts& parts, const Options& options,
           const Sink& sink, std::stop_token stop)
    : transcript_(std::move(transcript)),
      parts_(parts),
      options_(options),
      sink_(sink),
      deadline_(std::move(stop), options.time_limit),
      budget_(parts.engine.served().context) {
  const auto writes = [&](const chat::ToolCall& call) {
    return parts_.tools.access(call.name).value_or(tools::Access::read) != tools::Access::read;
  };
  unknown_effect_ = std::ranges::any_of(repair(transcript_), writes);
  record_.restore(transcript_);
  fixed_.tools = text_cost(chat::tools_json(parts.tools.specs()));
  fixed_.system = message_cost(system_message());
  budget_.restart(fixed_.tools + transcript_cost(transcript_));
  count_retrieved();
  if (!transcript_.empty()) prefix_changed_ = "the session was resumed";
}

void Task::emit(const chat::Event& event) {
  sink_(event);
  if (session_lost_) return;
  if (const auto saved = parts_.session.append(event); !saved) {
    session_lost_ = true;  // said once; the work itself goes on
    sink_(chat::Notice{"this session can no longer be saved: " + saved.error().message});
  }
}

void Task::add(chat::Message message) {
  budget_.add(message);
  emit(chat::MessageAdded{message});
  transcript_.push_back(std::move(message));
}

void Task::nudge(std::string_view words) {
  ++nudges_;
  guard_.reset();
  add({.role = chat::Role::user, .content = std::string(words)});
}

// What a session's first message holds: the task word for word, then what is known of the project.
std::string Task::first_message(std::string_view text) {
  std::vector<std::string> files;
  const auto walked = parts_.files.walk(".", {}, [&files](const std::string& path) {
    files.push_back(path);
    return true;
  });
  if (!walked)
    emit(chat::Notice{"the project's files cannot be listed: " + walked.error().message});
  auto message =
      task_message(text, {options_.test_command, files}, budget_.file_list_bytes()).content;
  message += instructions_.of_root(parts_.files, budget_.instruction_bytes());
  message +=
      Instructions::skills(parts_.files, std::min(most_skill_bytes, budget_.instruction_bytes()));
  return message;
}

// What the index finds for the task, as far as it leaves room for the work.
std::string Task::retrieve(std::string_view text, Tokens taken) {
  const auto room = budget_.left() - budget_.real(taken);
  const auto cap = std::min(budget_.retrieved(), Tokens{room.value / 2});
  if (!parts_.retrieve || cap.value <= 0) return "";
  const auto found = parts_.retrieve(text, cap, deadline_.token());
  for (const auto& path : found.whole_files) {
    if (const auto file = parts_.files.read(path)) shown_whole_.emplace(path, file->hash);
  }
  if (!found.text.empty()) {
    emit(chat::Notice{std::format("looked up for this task: {} tokens of the project's code",
                                  budget_.real(text_cost(found.text)).value)});
  }
  return retrieved_part(found.text);
}

void Task::count_retrieved() {
  fixed_.retrieved = {};
  for (const auto& message : transcript_) {
    const auto part = find_retrieved(message.content);
    if (message.role == chat::Role::user && !part.empty()) fixed_.retrieved += text_cost(part);
  }
  if (fixed_.retrieved.value == 0) shown_whole_.clear();
}

void Task::begin(std::string_view text) {
  const auto& served = parts_.engine.served();
  emit(chat::TaskStarted{.session = parts_.session.id(),
                         .task = std::string(text),
                         .model = served.name,
                         .context = served.context});
  for (const auto& tool : parts_.tools.specs()) {
    for (const auto& problem : tools::lint(tool))
      emit(chat::Notice{
          std::format("the tool {} may not work with this engine: {}", tool.name, problem)});
  }
  const bool first = is_new_ = transcript_.empty();
  if (first) add(system_message());
  std::string message = first ? first_message(text) : std::string(text);
  if (first) {
    fixed_.project = text_cost(std::string_view(message).substr(text.size()));
    message += retrieve(text, text_cost(message));
  }
  // A mode is an appended message and a gate, never another prompt or other tools.
  const bool was_plan = ends_in_plan_mode(transcript_);
  if (options_.plan && !was_plan) message += plan_mode;
  if (!options_.plan && was_plan) message += work_mode;
  add({.role = chat::Role::user, .content = std::move(message)});
  count_retrieved();
}

std::string Task::hash_of(const std::string& path) const {
  // Asked for first: for a file that is not there, peek looks for near names.
  if (!parts_.files.directory().stat(path)) return "";
  const auto file = parts_.files.peek(path);
  return file ? file->hash : std::string();
}

tools::Scope Task::scope() {
  return {.files = parts_.files,
          .commands = parts_.commands,
          .max_chars = budget_.tool_result_bytes(),
          .stop = deadline_.token(),
          .logs = parts_.logs};
}

std::optional<Ending> Task::check(const chat::Reply& reply) {
  const bool cut_off = reply.finish == chat::FinishReason::length;
  if (cut_off || reply.message.content.find_first_not_of(" \t\n") == std::string::npos) {
    if (nudges_ == most_nudges) {
      return Ending{chat::Outcome::failed, cut_off ? "the model's replies are cut off at the limit"
                                                   : "the model answers with nothing"};
    }
    const auto stopped = std::exchange(stopped_by_watch_, {});
    nudge(!stopped.empty() ? stopped : cut_off ? words::cut_off : words::empty_reply);
    return std::nullopt;
  }
  if (options_.plan) {
    return Ending{chat::Outcome::answered,
                  std::format("a plan; carry it out with: plim resume {} \"Carry out the plan.\"",
                              parts_.session.id())};
  }
  return verify();
}

Ending Task::unproved(const std::string& why) const {
  // Of the whole session: what an earlier run of it left unproved is no more proved by this one.
  const auto changed = parts_.files.changed_by(parts_.session.id());
  if (!changed || !changed->empty()) return {chat::Outcome::unverified, "done, but " + why};
  if (refused_) return {chat::Outcome::refused, "nothing was changed: it was refused"};
  if (unknown_effect_) {
    return {chat::Outcome::unverified, "what a call changed that was cut off is not known"};
  }
  if (failed_edit_) return {chat::Outcome::unverified, "nothing was changed: its edits failed"};
  return {chat::Outcome::answered, "nothing was changed"};
}

std::optional<Ending> Task::verify() {
  if (options_.test_command.empty()) {
    return unproved("nothing verifies it: no test command is known (--test CMD)");
  }
  const chat::ToolCall call{"", "run", options_.test_command};
  if (const auto refusal = refuse(call)) return unproved("the tests could not run: " + *refusal);
  emit(chat::VerifyStarted{options_.test_command});
  const auto start = Clock::now();
  auto report = tools::run_command(options_.test_command, options_.test_timeout, scope());
  emit(chat::VerifyFinished{report.passed, report.text, seconds_since(start)});
  report_changes({report.text, false, std::move(report.changes), {}});
  if (deadline_.token().stop_requested()) return Ending{chat::Outcome::cancelled, "stopped"};
  if (!report.ran) {
    return Ending{chat::Outcome::unverified, "done, but the tests could not run: " + report.text};
  }
  record_.verified(report.passed, report.text);
  if (report.passed) return Ending{chat::Outcome::verified, "the tests pass"};
  return after_failing_tests(report.text);
}

std::optional<Ending> Task::after_failing_tests(const std::string& text) {
  same_failures_ = text == last_failure_ ? same_failures_ + 1 : 1;
  last_failure_ = text;
  if (++failed_checks_ == options_.max_failed_checks ||
      same_failures_ == options_.max_same_failures) {
    return Ending{chat::Outcome::failed,
                  std::format("the tests still fail after {} tries", failed_checks_)};
  }
  guard_.reset();
  add({.role = chat::Role::user, .content = std::string(words::tests_fail) + "\n\n" + text});
  return std::nullopt;
}

bool Task::starts_over(const Ending& ending) {
  if (ending.outcome != chat::Outcome::failed || attempt_ >= options_.attempts) return false;
  // A session that was resumed holds more changes than this task's.
  if (deadline_.token().stop_requested() || !is_new_) return false;
  const auto undone = parts_.files.undo(parts_.session.id());
  const bool none = !undone && undone.error().code == Errc::not_found && changed_.empty();
  if (!none && (!undone || !undone->conflicts.empty() || !undone->lost.empty())) {
    emit(chat::Notice{"no other attempt: the changes of this one cannot all be taken back"});
    return false;
  }
  ++attempt_;
  chat::Transcript again(transcript_.begin(), transcript_.begin() + 2);
  const auto known =
      record_.text([](const std::string&) { return "taken back"; }, most_known_bytes);
  again.push_back({.role = chat::Role::user,
                   .content = std::format("A first attempt at this failed ({}) and its changes "
                                          "were taken back. What is known of it:\n{}Go another "
                                          "way.",
                                          ending.reason, known)});
  record_ = {};
  guard_ = {};
  changed_.clear();
  nudges_ = failed_checks_ = same_failures_ = 0;
  replace_transcript(std::move(again), std::format("attempt {} of {} begins: {}", attempt_,
                                                   options_.attempts, ending.reason));
  return true;
}

chat::TaskFinished Task::finish(chat::Outcome outcome, std::string reason) {
  if (deadline_.passed()) {
    outcome = chat::Outcome::failed;
    reason = std::format("gave up after the time limit of {} s", options_.time_limit.count());
  } else if (deadline_.token().stop_requested()) {
    outcome = chat::Outcome::cancelled;
    reason = "stopped; plim resume goes on, plim undo takes the changes back";
  }
  if (outcome == chat::Outcome::failed) {
    emit(chat::Notice{
        "what is known: " +
        record_.text([this](const std::string& path) { return hash_of(path); }, most_known_bytes)});
    if (!changed_.empty()) reason += "; plim undo takes the changes back";
  }
  result_.outcome = outcome;
  result_.reason = std::move(reason);
  result_.seconds = seconds_since(started_);
  result_.files.assign(changed_.begin(), changed_.end());
  result_.context = budget_.account(fixed_);
  emit(result_);
  return result_;
}

chat::TaskFinished Task::finish_after(const Error& error) {
  if (no_room_) return finish(chat::Outcome::failed, error.message);
  log::warn("agent", "the engine failed: {}", error.message);
  return finish(chat::Outcome::engine, error.message);
}

}  // namespace plim::agent
