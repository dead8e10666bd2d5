#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "engine/launch.hpp"
#include "engine/load_report.hpp"
#include "engine/peer.hpp"
#include "engine/started_server.hpp"

namespace plim::engine {

/// Keeps one llama-server child as LaunchOptions describe it.
///
/// The child dies with this object and with this process, also when that is killed.
class ServerProcess {
 public:
  enum class State { stopped, starting, ready, dead };

  explicit ServerProcess(LaunchOptions options);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  /// Returns when the server has answered with a first token; starts it when it is not running,
  /// also after a crash: then with a pause that doubles, and no more after three in ten minutes.
  ///
  /// Any thread. `stop` only ends the wait of this caller.
  /// Errors: with the engine's own reason: not_found for a missing engine, model or device;
  /// protocol for a model or flag it cannot use; capacity when memory runs out; io for a crash or
  /// a taken port; timeout when it stalls; cancelled.
  [[nodiscard]] Result<void> ensure_ready(std::stop_token stop);

  /// A snapshot; turns `dead` as soon as the child has exited. Any thread.
  [[nodiscard]] State state() const;

  /// Waits up to `limit` for the child to be dead and says why. Nothing while it lives. Any thread.
  [[nodiscard]] std::optional<Error> cause_of_death(std::chrono::milliseconds limit,
                                                    std::stop_token stop);

  /// Kills a server that hangs; the next ensure_ready starts it again. Any thread.
  void condemn(std::string reason);

  /// Ends the server, if it runs, and starts it as `plan` says, without waiting. What failed
  /// before does not count against the new plan. Any thread.
  void restart_with(plan::RunPlan plan);

  // Any thread; meaningful once ensure_ready has succeeded.
  [[nodiscard]] Peer peer() const;
  [[nodiscard]] Isolation isolation() const;
  /// Why it is only the loopback, for the user; empty when isolated.
  [[nodiscard]] std::string why_not_isolated() const;
  [[nodiscard]] MemoryBound memory_bound() const;
  [[nodiscard]] LoadReport load_report() const;
  /// Of the last start that came so far, also of one that it ended.
  [[nodiscard]] Proof proof() const;
  [[nodiscard]] WarmUp warm_up_done() const;
  /// The child's; llama-server itself may be below it.
  [[nodiscard]] std::int64_t pid() const;
  /// Counts the starts that became ready.
  [[nodiscard]] std::uint64_t generation() const;

 private:
  using Clock = std::chrono::steady_clock;

  void run(std::stop_token stop);  // the owner thread: the only writer of what is below
  void start(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  [[nodiscard]] Result<void> bring_up(const LaunchOptions& options, const std::stop_token& stop);
  void report(EventKind kind, std::string cause) const;
  void bury(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Result<void> pause_after_crashes(std::unique_lock<std::mutex>& lock,
                                                 const std::stop_token& stop);
  void child_ended();

  mutable std::mutex mutex_;
  LaunchOptions options_;  // its plan changes
  std::condition_variable_any changed_;
  State state_ = State::stopped;
  bool wanted_ = false;       // somebody waits for a start
  bool child_ended_ = false;  // set by the log's reader
  bool closing_ = false;
  std::optional<std::string> condemned_;
  bool replanned_ = false;      // end what runs; it is not to blame
  std::uint64_t attempts_ = 0;  // finished starts
  Result<void> outcome_;        // of the last of them
  Error death_;                 // why state_ is dead
  Peer peer_;
  Isolation isolation_ = Isolation::loopback;
  std::string why_not_isolated_;
  MemoryBound bound_;
  LoadReport load_report_;
  Proof proof_;
  WarmUp warm_up_;
  std::int64_t pid_ = 0;
  std::uint64_t generation_ = 0;

  std::unique_ptr<StartedServer> server_;  // owner thread only, as the next three
  Proof last_proof_;
  std::vector<Clock::time_point> crashes_;
  std::optional<Result<std::vector<std::string>>> namespaces_;  // found once, at the first start
  std::jthread loop_;                                           // last: joins first
};

}  // namespace plim::engine
