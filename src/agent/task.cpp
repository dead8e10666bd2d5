#include "agent/task.hpp"

#include <algorithm>
#include <condition_variable>
#include <format>
#include <mutex>
#include <utility>

#include "agent/prompt.hpp"
#include "agent/words.hpp"
#include "base/log.hpp"
#include "sandbox/sandbox.hpp"
#include "tools/command.hpp"
#include "tools/trim.hpp"
#include "workspace/workspace.hpp"

namespace plim::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_attempts = 3;  // of one request
constexpr int most_nudges = 3;    // of one task: empty or cut-off replies

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Failures that say nothing about the request itself.
bool is_worth_retrying(Errc code) {
  return code == Errc::io || code == Errc::timeout || code == Errc::protocol;
}

}  // namespace

Deadline::Deadline(std::stop_token parent, std::chrono::seconds limit)
    : on_parent_(std::move(parent), [this] { source_.request_stop(); }),
      timer_([this, limit](std::stop_token done) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        if (std::condition_variable_any().wait_for(lock, done, limit, [] { return false; })) return;
        if (done.stop_requested()) return;
        passed_ = true;
        source_.request_stop();
      }) {}

Task::Task(chat::Transcript transcript, const Parts& parts, const Options& options,
           const Sink& sink, std::stop_token stop)
    : transcript_(std::move(transcript)),
      parts_(parts),
      options_(options),
      sink_(sink),
      deadline_(std::move(stop), options.time_limit),
      budget_(parts.engine.served().context) {
  repair(transcript_);
  budget_.restart(text_bytes(transcript_));
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
  budget_.add(text_bytes({&message, 1}));
  emit(chat::MessageAdded{message});
  transcript_.push_back(std::move(message));
}

void Task::nudge(std::string_view words) {
  ++nudges_;
  guard_.reset();
  add({.role = chat::Role::user, .content = std::string(words)});
}

void Task::begin(std::string_view text) {
  const auto& served = parts_.engine.served();
  emit(chat::TaskStarted{.session = parts_.session.id(),
                         .task = std::string(text),
                         .model = served.name,
                         .context = served.context});
  if (!transcript_.empty()) return add({.role = chat::Role::user, .content = std::string(text)});
  add(system_message());
  std::vector<std::string> files;
  const auto walked = parts_.files.walk(".", {}, [&files](const std::string& path) {
    files.push_back(path);
    return true;
  });
  if (!walked)
    emit(chat::Notice{"the project's files cannot be listed: " + walked.error().message});
  add(task_message(text, {options_.test_command, files}, budget_.file_list_bytes()));
}

bool Task::compact() {
  const auto stubbed = stub_old_results(transcript_);
  if (stubbed == 0) return false;
  budget_.restart(text_bytes(transcript_));
  emit(chat::Notice{std::format("context {} of {} used: dropped the text of {} old tool results",
                                to_string(budget_.used()), to_string(budget_.context()), stubbed)});
  return true;
}

engine::ChatResult Task::request() {
  return parts_.engine.chat(
      {.transcript = transcript_,
       .tools = parts_.tools.specs(),
       .max_tokens = budget_.reply_reserve(),
       .temperature = options_.temperature,
       .seed = options_.seed},
      [this](const engine::Delta& delta) {
        std::visit([this](const auto& event) { sink_(event); }, delta);
      },
      deadline_.token());
}

Result<chat::Reply> Task::ask_model() {
  if (budget_.is_tight()) compact();
  bool made_room = false;
  for (int attempt = 1;; ++attempt) {
    const auto request_bytes = text_bytes(transcript_);
    auto reply = request();
    if (reply) {
      budget_.correct(reply->usage, request_bytes);
      result_.usage += reply->usage;
      ++result_.turns;
      transcript_.push_back(reply->message);  // counted by the server: no budget_.add
      emit(chat::MessageAdded{reply->message});
      emit(chat::TurnFinished{reply->usage});
      return std::move(*reply);
    }
    const auto& [error, overflow] = reply.error();
    if (overflow && !made_room && compact()) {
      made_room = true;
      continue;
    }
    if (!is_worth_retrying(error.code) || attempt == most_attempts) return std::unexpected(error);
    emit(chat::Notice{std::format("{}; trying again", error.message)});
  }
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
    emit(chat::FileChanged{change.path, change.diff, change.added, change.removed});
  }
}

std::optional<Ending> Task::run_call(const chat::ToolCall& call) {
  emit(chat::ToolStarted{call});
  const auto start = Clock::now();
  tools::Outcome outcome;
  if (deadline_.token().stop_requested()) {
    outcome = {"error: cancelled before it ran", true, {}};
  } else if (const auto refusal = refuse(call)) {
    outcome = {*refusal, true, {}};
  } else {
    outcome = parts_.tools.run(
        call, {parts_.files, parts_.commands, budget_.tool_result_bytes(), deadline_.token()});
  }
  const chat::ToolResult result{call.id, outcome.text, outcome.is_error};
  emit(chat::ToolFinished{result, seconds_since(start)});
  report_changes(outcome);
  add({.role = chat::Role::tool, .content = result.text, .tool_call_id = call.id});
  switch (guard_.observe(call, result)) {
    case LoopGuard::Verdict::go_on:
      return std::nullopt;
    case LoopGuard::Verdict::warn:
      repeating_ = true;
      return std::nullopt;
    case LoopGuard::Verdict::stop:
      return Ending{chat::Outcome::failed,
                    std::format("the model repeats the same {} call and gets nowhere", call.name)};
  }
  return std::nullopt;
}

std::optional<Ending> Task::run_calls(const chat::Message& message) {
  std::optional<Ending> ending;
  for (const auto& call : message.tool_calls) {
    // Every call gets its result, also after an ending: the transcript must stay valid.
    auto ended = run_call(call);
    if (ended && !ending) ending = std::move(ended);
  }
  if (std::exchange(repeating_, false)) {
    add({.role = chat::Role::user, .content = std::string(words::repeating)});
  }
  if (end_refused_) {
    return Ending{chat::Outcome::refused,
                  "changes and commands need a yes: run with --yes, or --read-only to forbid them"};
  }
  return ending;
}

std::optional<Ending> Task::check(const chat::Reply& reply) {
  const bool cut_off = reply.finish == chat::FinishReason::length;
  if (cut_off || reply.message.content.find_first_not_of(" \t\n") == std::string::npos) {
    if (nudges_ == most_nudges) {
      return Ending{chat::Outcome::failed, cut_off ? "the model's replies are cut off at the limit"
                                                   : "the model answers with nothing"};
    }
    nudge(cut_off ? words::cut_off : words::empty_reply);
    return std::nullopt;
  }
  return verify();
}

std::optional<Ending> Task::verify() {
  if (options_.test_command.empty()) {
    return Ending{refused_ && changed_.empty() ? chat::Outcome::refused : chat::Outcome::unverified,
                  "done, but nothing verifies it: no test command is known (--test CMD)"};
  }
  const chat::ToolCall call{"", "run", options_.test_command};
  if (const auto refusal = refuse(call)) {
    return Ending{chat::Outcome::unverified, "done, but the tests could not run: " + *refusal};
  }
  emit(chat::VerifyStarted{options_.test_command});
  const auto start = Clock::now();
  auto report = tools::run_command(
      options_.test_command, options_.test_timeout,
      {parts_.files, parts_.commands, budget_.tool_result_bytes(), deadline_.token()});
  emit(chat::VerifyFinished{report.passed, report.text, seconds_since(start)});
  report_changes({report.text, false, std::move(report.changes)});
  if (deadline_.token().stop_requested()) return Ending{chat::Outcome::cancelled, "stopped"};
  if (!report.ran) {
    return Ending{chat::Outcome::unverified, "done, but the tests could not run: " + report.text};
  }
  if (report.passed) return Ending{chat::Outcome::verified, "the tests pass"};
  if (++failed_checks_ == options_.max_failed_checks) {
    return Ending{chat::Outcome::failed,
                  std::format("the tests still fail after {} tries", failed_checks_)};
  }
  guard_.reset();
  add({.role = chat::Role::user, .content = std::string(words::tests_fail) + "\n\n" + report.text});
  return std::nullopt;
}

chat::TaskFinished Task::finish(chat::Outcome outcome, std::string reason) {
  if (deadline_.passed()) {
    outcome = chat::Outcome::failed;
    reason = std::format("gave up after the time limit of {} s", options_.time_limit.count());
  } else if (deadline_.token().stop_requested()) {
    outcome = chat::Outcome::cancelled;
    reason = "stopped; plim resume goes on, plim undo takes the changes back";
  }
  result_.outcome = outcome;
  result_.reason = std::move(reason);
  result_.seconds = seconds_since(started_);
  result_.files.assign(changed_.begin(), changed_.end());
  emit(result_);
  return result_;
}

chat::TaskFinished Task::finish_after(const Error& error) {
  log::warn("agent", "the engine failed: {}", error.message);
  return finish(chat::Outcome::engine, error.message);
}

}  // namespace plim::agent
