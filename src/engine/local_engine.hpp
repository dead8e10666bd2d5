#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/drafting.hpp"
#include "engine/engine.hpp"
#include "engine/ladder.hpp"
#include "engine/launch.hpp"
#include "engine/server_process.hpp"
#include "engine/watcher.hpp"

namespace plim::engine {

/// The Engine that owns its llama-server: starts it as planned, proves it, watches it, and takes it
/// to a smaller plan and back when memory does not hold.
///
/// What happens is told as chat::Notice while the next reply streams, and to
/// LaunchOptions::on_event at once.
class LocalEngine final : public Engine {
 public:
  /// Starts the server and returns when a first token has proved it; goes down the plans in
  /// LaunchOptions::fallbacks where the engine does not do as planned.
  /// Errors: as ServerProcess::ensure_ready; capacity, naming the bytes, when no plan is held to.
  [[nodiscard]] static Result<std::unique_ptr<LocalEngine>> start(LaunchOptions options,
                                                                  std::stop_token stop);

  /// As Engine::chat. A server that has crashed since is started again first; one that crashes or
  /// hangs now is started again and asked again, as long as nothing of the reply was passed on.
  /// Then it is the error, with its own reason, and the next call starts it again.
  [[nodiscard]] ChatResult chat(const ChatRequest& request, const Sink& on_delta,
                                std::stop_token stop) override;
  [[nodiscard]] const ServedModel& served() const override { return served_; }
  [[nodiscard]] std::optional<Tokens> count(std::string_view text, std::stop_token stop) override;

  /// As Engine::resume: a file name. Waits for a reply under way. Any thread.
  void resume(const std::string& conversation) override;
  /// As Engine::keep. Waits for a reply under way. Any thread.
  void keep() override;

  /// The plan it runs on now. Not during a start, and not from another thread than chat's.
  [[nodiscard]] const plan::RunPlan& plan() const { return ladder_.current(); }
  [[nodiscard]] const ServerProcess& server() const { return server_; }
  /// What it held of its GPU's own memory when it was ready; nothing where no driver tells.
  [[nodiscard]] std::optional<Bytes> device_memory() const;

 private:
  struct Round;

  explicit LocalEngine(LaunchOptions options);

  // The caller of these holds turn_.
  [[nodiscard]] Result<void> be_ready(const std::stop_token& stop);
  [[nodiscard]] Result<void> take_up(const std::stop_token& stop);
  [[nodiscard]] Round ask(const ChatRequest& request, const Sink& on_delta, std::stop_token stop);
  [[nodiscard]] ChatError explain_failure(ChatError failure, const ChatRequest& request,
                                          std::stop_token stop);
  void react(const Finding& finding);
  void go_down(Fault fault);
  void keep_slot();
  void restore(const std::stop_token& stop);
  void learn(const chat::Usage& usage);
  void judge_drafts(const chat::Usage& usage);
  void pass_notices(const Sink& on_delta);

  // From the threads of the watcher and of the server.
  void on_event(const EngineEvent& event);
  void on_finding(const Finding& finding);
  void on_look();
  void remember_look();
  void cut_short(const Finding& finding);

  void tell(const Finding& finding, std::string_view advice);
  void note(std::string text);
  [[nodiscard]] std::chrono::milliseconds normal_silence() const;
  [[nodiscard]] double plain_ms(const chat::Usage& usage);

  const OnEvent told_;
  const std::function<void(const plan::RunPlan&)> on_draft_loss_;
  const int steady_looks_;

  std::mutex turn_;  // held during a reply, a reaction, a restart
  Ladder ladder_;    // under turn_, as the next nine
  ServedModel served_;
  std::uint64_t generation_ = 0;  // of the server that was taken up last
  SlotOptions slots_;
  std::string slot_file_;
  double ms_per_token_ = 0;  // of reading a prompt, measured; 0: not yet
  std::int64_t unkept_ = 0;  // tokens computed since the slot was written
  Drafting drafting_;
  bool redraft_ = false;  // the plan's guessing changed since the server was started
  std::atomic<bool> can_shrink_ = false;

  std::mutex mail_;  // between the watcher's thread and chat's; held for moments
  std::vector<std::string> notices_;
  Reading seen_;  // at the last look
  std::optional<Finding> interruption_;
  bool cut_short_ = false;              // a reply was, and none has come whole since
  std::stop_source* flight_ = nullptr;  // ends the reply under way

  ServerProcess server_;
  Watcher watcher_;  // last: its thread uses all of the above
};

}  // namespace plim::engine
