#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "base/channel.hpp"
#include "base/error.hpp"
#include "engine/launch.hpp"
#include "engine/load_report.hpp"

namespace plim::engine {

/// Keeps one llama-server child as LaunchOptions describe it.
///
/// The child dies with this object and with this process, also when that is killed.
class ServerProcess {
 public:
  enum class State { stopped, starting, loading, ready, dead };

  explicit ServerProcess(LaunchOptions options);
  ~ServerProcess();

  /// Returns when the server answers; starts it when it is not running, also after a crash (with
  /// a pause that doubles from 250 ms, and no more after three crashes in ten minutes).
  ///
  /// Any thread. `stop` only ends the wait of this caller.
  /// Errors: with the engine's own reason: not_found, invalid (bad model or flag), capacity (out
  /// of memory), io (crashed), timeout, cancelled.
  [[nodiscard]] Result<void> ensure_ready(std::stop_token stop);

  /// A snapshot; `dead` as soon as the child has exited. Any thread.
  [[nodiscard]] State state() const;

  // The rest: any thread, meaningful after ensure_ready succeeded.
  [[nodiscard]] Isolation isolation() const;
  [[nodiscard]] LoadReport load_report() const;
};

}  // namespace plim::engine
