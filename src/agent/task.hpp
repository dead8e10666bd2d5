#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "agent/agent.hpp"
#include "agent/budget.hpp"
#include "agent/loop_guard.hpp"
#include "chat/event.hpp"

namespace plim::agent {

/// Requests a stop when its parent does or when the time is up, and knows which it was.
class Deadline {
 public:
  Deadline(std::stop_token parent, std::chrono::seconds limit);
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  std::stop_source source_;
  std::atomic<bool> passed_ = false;
  std::stop_callback<std::function<void()>> on_parent_;
  std::jthread timer_;  // last: joins first
};

/// Why the loop ends.
struct Ending {
  chat::Outcome outcome;
  std::string reason;
};

/// The state of one run_task: the transcript, the account, and the steps of the loop.
class Task {
 public:
  Task(chat::Transcript transcript, const Parts& parts, const Options& options, const Sink& sink,
       std::stop_token stop);

  /// Puts the user's words into the transcript, after the system message.
  void begin(std::string_view text);
  /// One reply, streamed; tries again what may be tried again. Errors: as Engine::chat.
  [[nodiscard]] Result<chat::Reply> ask_model();
  /// Runs a reply's calls in order, after approval. An ending when the task cannot go on.
  [[nodiscard]] std::optional<Ending> run_calls(const chat::Message& message);
  /// The model called nothing: is it done? The tests say. No ending: the loop goes on.
  [[nodiscard]] std::optional<Ending> check(const chat::Reply& reply);

  [[nodiscard]] chat::TaskFinished finish(chat::Outcome outcome, std::string reason);
  [[nodiscard]] chat::TaskFinished finish_after(const Error& error);

 private:
  void emit(const chat::Event& event);
  void add(chat::Message message);
  void nudge(std::string_view words);
  /// Room for the next request; false when there was nothing to drop.
  bool compact();
  [[nodiscard]] engine::ChatResult request();
  /// Whether the call may run, asking where needed; the refusal's text otherwise.
  [[nodiscard]] std::optional<std::string> refuse(const chat::ToolCall& call);
  [[nodiscard]] std::optional<Ending> run_call(const chat::ToolCall& call);
  void report_changes(const tools::Outcome& outcome);
  [[nodiscard]] std::optional<Ending> verify();

  chat::Transcript transcript_;
  Parts parts_;
  const Options& options_;
  const Sink& sink_;
  Deadline deadline_;
  Budget budget_;
  LoopGuard guard_;
  chat::TaskFinished result_;
  std::set<std::string> changed_;
  std::set<tools::Access> always_;
  bool refused_ = false;
  bool end_refused_ = false;
  bool repeating_ = false;
  bool session_lost_ = false;
  int nudges_ = 0;
  int failed_checks_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace plim::agent
