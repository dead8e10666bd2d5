#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/agent.hpp"
#include "agent/budget.hpp"
#include "agent/instructions.hpp"
#include "agent/loop_guard.hpp"
#include "agent/record.hpp"
#include "base/deadline.hpp"
#include "chat/event.hpp"

namespace plim::agent {

/// Why the loop ends.
struct Ending {
  chat::Outcome outcome;
  std::string reason;
};

/// The state of one run_task: the transcript, the account, and the steps of the loop. The steps are
/// in three files: task.cpp (begin, check, finish), turn.cpp (one reply, making room) and
/// calls.cpp (tool calls).
class Task {
 public:
  Task(chat::Transcript transcript, const Parts& parts, const Options& options, const Sink& sink,
       std::stop_token stop);

  /// Puts the user's words into the transcript, after the system message.
  void begin(std::string_view text);
  /// One reply, streamed; tries again what may be tried again, makes room before it is needed, and
  /// recovers from one overflow. Errors: as Engine::chat.
  [[nodiscard]] Result<chat::Reply> ask_model();
  /// Runs a reply's calls in order, after approval. An ending when the task cannot go on.
  [[nodiscard]] std::optional<Ending> run_calls(const chat::Message& message);
  /// The model called nothing: is it done? The tests say. No ending: the loop goes on.
  [[nodiscard]] std::optional<Ending> check(const chat::Reply& reply);
  /// Whether a failure is followed by another attempt: the changes are taken back, and the
  /// transcript is again what it began with.
  [[nodiscard]] bool starts_over(const Ending& ending);

  [[nodiscard]] chat::TaskFinished finish(chat::Outcome outcome, std::string reason);
  [[nodiscard]] chat::TaskFinished finish_after(const Error& error);

 private:
  void emit(const chat::Event& event);
  void add(chat::Message message);
  void nudge(std::string_view words);
  [[nodiscard]] std::string first_message(std::string_view text);
  [[nodiscard]] std::string retrieve(std::string_view text, Tokens taken);
  void count_retrieved();

  // turn.cpp
  [[nodiscard]] engine::ChatResult request(const chat::Transcript& transcript, Tokens max_tokens,
                                           bool shown);
  [[nodiscard]] Tokens reply_limit(Tokens prompt) const;
  [[nodiscard]] chat::Reply take(chat::Reply reply, Tokens cost);
  void explain_prefill(const chat::Usage& usage);
  [[nodiscard]] Tokens cost_of(std::span<const chat::Message> transcript) const;
  [[nodiscard]] Tokens with_share_of_rest(int percent) const;
  /// Room for the next request, down to `target` if that can be; false when nothing could go.
  bool make_room(Tokens target, std::string_view why);
  [[nodiscard]] chat::Transcript collapsed(const chat::Transcript& stubbed);
  [[nodiscard]] std::string model_notes(const chat::Transcript& transcript);
  void replace_transcript(chat::Transcript transcript, std::string reason);
  [[nodiscard]] Error no_room();
  [[nodiscard]] bool recover(const engine::Overflow& overflow, Tokens cost);

  // calls.cpp
  [[nodiscard]] std::optional<std::string> refuse(const chat::ToolCall& call);
  [[nodiscard]] std::optional<Ending> run_call(const chat::ToolCall& call);
  [[nodiscard]] tools::Outcome outcome_of(const chat::ToolCall& call);
  [[nodiscard]] std::optional<tools::Outcome> answer_from_retrieved(const chat::ToolCall& call);
  void report_changes(const tools::Outcome& outcome);
  [[nodiscard]] std::optional<Ending> judge(LoopGuard::Verdict verdict, const std::string& name);
  void rescue(chat::Reply& reply);
  void count_rescue(const std::string& what);

  /// What a task is that ends without its tests having passed or failed, and why they did not.
  [[nodiscard]] Ending unproved(const std::string& why) const;
  [[nodiscard]] std::optional<Ending> verify();
  [[nodiscard]] std::optional<Ending> after_failing_tests(const std::string& text);
  [[nodiscard]] std::string hash_of(const std::string& path) const;
  [[nodiscard]] tools::Scope scope();

  chat::Transcript transcript_;
  Parts parts_;
  const Options& options_;
  const Sink& sink_;
  Deadline deadline_;
  Budget budget_;
  FixedCost fixed_;
  LoopGuard guard_;
  Record record_;
  Instructions instructions_;
  chat::TaskFinished result_;
  std::set<std::string> changed_;
  std::map<std::string, std::string> shown_whole_;  // files of the first message: their hashes
  std::set<tools::Access> always_;
  bool is_new_ = true;
  bool refused_ = false;
  bool end_refused_ = false;
  bool failed_edit_ = false;
  bool unknown_effect_ = false;  // of a call that an earlier process did not survive
  bool session_lost_ = false;
  bool no_room_ = false;
  std::string_view warning_;  // words that the model gets after its calls
  std::string_view stopped_by_watch_;
  std::string prefix_changed_ = "the first request";  // why the engine's cache may not help
  Tokens last_prompt_;
  bool prefill_noticed_ = false;
  int nudges_ = 0;
  int failed_checks_ = 0;
  int same_failures_ = 0;
  std::string last_failure_;
  int attempt_ = 1;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace plim::agent
