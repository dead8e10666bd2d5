#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "engine/child_log.hpp"
#include "engine/launch.hpp"
#include "engine/peer.hpp"
#include "engine/proof.hpp"
#include "engine/warm_up.hpp"
#include "sys/memory_group.hpp"
#include "sys/process.hpp"
#include "sys/temp_dir.hpp"

namespace plim::engine {

/// bwrap's flags for an isolated engine; nothing where it runs on the loopback.
using Namespaces = std::optional<std::vector<std::string>>;

/// One run of a llama-server: the child, its log, its private folder. One thread, but `log`.
class StartedServer {
 public:
  /// Starts the child, isolated in `namespaces` when they are given, and returns at once. `on_end`
  /// comes from another thread when it has ended.
  [[nodiscard]] static Result<std::unique_ptr<StartedServer>> launch(const LaunchOptions& options,
                                                                     const Namespaces& namespaces,
                                                                     std::function<void()> on_end);

  StartedServer(const StartedServer&) = delete;
  StartedServer& operator=(const StartedServer&) = delete;
  /// SIGTERM, and SIGKILL after 3 seconds.
  ~StartedServer();

  /// Waits until the model is loaded as planned, one token has come out, and the warm-up is done.
  /// Errors: as ServerProcess::ensure_ready.
  [[nodiscard]] Result<void> wait_until_ready(const LaunchOptions& options, std::stop_token stop);

  /// Ends the child (`kill`: at once) and says why it ended.
  [[nodiscard]] Error end(bool kill);

  [[nodiscard]] const Peer& peer() const { return peer_; }
  [[nodiscard]] const ChildLog& log() const { return *log_; }
  /// What holding the plan against the log said, once it was loaded.
  [[nodiscard]] const Proof& proof() const { return proof_; }
  [[nodiscard]] const WarmUp& warm_up_done() const { return warm_up_; }
  [[nodiscard]] std::int64_t pid() const { return process_.pid(); }
  [[nodiscard]] const MemoryBound& memory_bound() const { return bound_; }

 private:
  StartedServer(sys::TempDir dir, std::optional<sys::MemoryGroup> group, sys::Process process,
                Peer peer);

  [[nodiscard]] Result<void> wait_for_health(const LaunchOptions& options,
                                             const std::stop_token& stop);
  [[nodiscard]] Result<void> wait_for_proof(const plan::RunPlan& plan, const std::stop_token& stop);
  enum class Health { ok, not_yet, silent };
  [[nodiscard]] Health ask_health(const std::stop_token& stop);
  [[nodiscard]] Error deaf(std::string_view what);

  sys::TempDir dir_;
  std::optional<sys::MemoryGroup> group_;  // outlives what runs in it
  MemoryBound bound_;
  sys::Process process_;
  Peer peer_;
  Proof proof_;
  WarmUp warm_up_;
  std::unique_ptr<ChildLog> log_;  // after process_: reads its pipe
};

/// 256 random bits in hexadecimal. Errors: io.
[[nodiscard]] Result<std::string> random_key();

}  // namespace plim::engine
